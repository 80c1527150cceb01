/*
 * Physical pages. Everything that allocates (malloc through mmap, stacks, rings) ends here.
 */
#ifndef UK_MEM_H
#define UK_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Contiguous pages, not zeroed, aligned to `align` pages (a power of two). NULL: none left. */
void *uk_pages_alloc(size_t count, size_t align);
/* Frees any page-aligned part of what uk_pages_alloc() returned. */
void uk_pages_free(void *address, size_t count);
/* Grows in place when the pages behind are free. Returns 0 or -ENOMEM. */
int uk_pages_extend(void *address, size_t count, size_t more);
size_t uk_pages_free_count(void);
size_t uk_pages_total(void);

/* Small objects for libraries below libc, 16-byte aligned; NULL when memory is out. */
void *uk_alloc(size_t bytes);
void *uk_zalloc(size_t bytes);
void uk_free(void *object);

#endif
