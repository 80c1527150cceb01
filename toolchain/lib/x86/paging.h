/* Page tables, for the files that change them. */
#ifndef UK_X86_PAGING_H
#define UK_X86_PAGING_H

#include <stdint.h>
#include <uk/x86-cpu.h>

#define NO_EXECUTE (1UL << 63)
#define ADDRESS_MASK 0x000ffffffffff000UL
#define TABLE_ENTRIES 512

#define READ_ONLY (PAGE_PRESENT | PAGE_ACCESSED | NO_EXECUTE)
#define READ_WRITE (READ_ONLY | PAGE_WRITABLE | PAGE_DIRTY)
#define READ_EXECUTE (PAGE_PRESENT | PAGE_ACCESSED)

/* The pages themselves say what is allowed. */
#define TABLE_FLAGS (PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER | PAGE_ACCESSED)

/* What lies behind the entry of a table: level 0 a page, 1 2 MiB, 2 1 GiB, 3 512 GiB. */
#define SPAN(level) (1UL << (12 + 9 * (level)))

/* The table of level 3; NULL before uk_x86_paging_init(). */
extern uint64_t *uk_x86_root;

#endif
