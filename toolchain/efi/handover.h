/*
 * The last step: code that runs from a page of its own, moves the kernel to where it was linked,
 * over what the firmware had there, and enters it as PVH says.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdint.h>

#define HANDOVER_MOVES_MAX 16

/* All addresses are below 4 GiB: they are used in 32-bit mode. */
struct handover {
	uint32_t entry, start_info, move_count;
	struct handover_move {
		uint32_t source, target, bytes;
		uint32_t zero_bytes; /* behind the others */
	} moves[HANDOVER_MOVES_MAX];
};

/* Position-independent; its first byte is where it is entered, with the handover in %rcx and the
 * end of a stack in %rdx, interrupts off. */
extern const char handover_start[], handover_end[];

#endif
