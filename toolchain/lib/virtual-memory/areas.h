/*
 * Which addresses are in use, and how they may be accessed. Areas do not overlap; neighbours of
 * equal access are one.
 */
#ifndef UK_VIRTUAL_AREAS_H
#define UK_VIRTUAL_AREAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct area {
	struct area *next;
	uintptr_t start, end;
	int access; /* UK_PROT_… */
};

/* The area that holds an address, or else the first one behind it; NULL: none. */
struct area *area_from(uintptr_t address);
/* Whether no address of the range is in use, or all are. */
bool areas_free(uintptr_t start, uintptr_t end);
bool areas_cover(uintptr_t start, uintptr_t end);
/* What the range is from now on, whatever it was. 0 or -ENOMEM: nothing has changed. */
int areas_set(uintptr_t start, uintptr_t end, int access);
int areas_clear(uintptr_t start, uintptr_t end);
/* The lowest free range of that length within limits; 0: none. */
uintptr_t areas_find(size_t length, uintptr_t lowest, uintptr_t highest);

#endif
