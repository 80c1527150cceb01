/* What the toolchain says of the program in the image (toolchain/src/apps/binary-layout.ts). */
#ifndef UK_BINARY_PROGRAM_H
#define UK_BINARY_PROGRAM_H

#include <stdint.h>

extern const struct {
	uint64_t entry;
	uint64_t headers, header_bytes, header_count; /* program headers, in memory */
} uk_program;

#endif
