/* Ranges of pages, for the system calls on memory. */
#ifndef UK_VIRTUAL_PAGES_H
#define UK_VIRTUAL_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/mem.h>
#include <uk/plat.h>

static inline size_t page_up(size_t length)
{
	return (length + UK_PAGE_SIZE - 1) & ~(UK_PAGE_SIZE - 1);
}

/* From PROT_… to UK_PROT_…. */
int access_of(long protection);
/* Whether mappings may be there. */
bool is_mappable(uintptr_t address, size_t length);
/* Gives back the memory of all pages in a range; the range stays what it is. */
void pages_free(uintptr_t start, uintptr_t end);

#endif
