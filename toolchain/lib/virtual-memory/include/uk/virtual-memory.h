/* For the library that takes exceptions. */
#ifndef UK_VIRTUAL_MEMORY_H
#define UK_VIRTUAL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a page fault meant a page that only had no memory yet; now it has. */
bool uk_virtual_page_fault(uint64_t error, uintptr_t address);

#endif
