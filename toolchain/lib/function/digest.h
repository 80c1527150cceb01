/* SHA-1 and SHA-2 (FIPS 180-4) of bytes that are there as a whole. */
#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES_MAX 64

/* Takes the bits of the result, 160, 256, 384 or 512, and returns its bytes; 0: no such function. */
size_t digest_compute(unsigned bits, const uint8_t *bytes, size_t length, uint8_t *result);

#endif
