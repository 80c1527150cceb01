/*
 * Pages at addresses that are not their memory's. Only libraries that lay out an address space
 * use this. Tables stay when their last page goes: the next mapping is likely to need them.
 */
#include "paging.h"
#include <uk/errors.h>
#include <uk/plat.h>
#include <uk/x86.h>

/* Of the bits that are left to software: there, though not PAGE_PRESENT. */
#define PAGE_WITHOUT_ACCESS (1UL << 9)

/* The entry of a page; NULL, or with `make` only when memory is out: its table is missing. */
static uint64_t *find(uintptr_t address, bool make)
{
	uint64_t *table = uk_x86_root;

	for (unsigned level = 3;; level--) {
		uint64_t *entry = &table[address / SPAN(level) % TABLE_ENTRIES];

		if (level == 0)
			return entry;
		if (!*entry) {
			uint64_t *new = make ? uk_plat_page_source() : NULL;
			uint64_t *at = new, count = TABLE_ENTRIES;

			if (!new)
				return NULL;
			/* Not memset(): this runs inside of page faults (see x86.h). */
			__asm__ volatile("rep stosq" : "+D"(at), "+c"(count) : "a"(0L) : "memory");
			*entry = (uintptr_t)new | TABLE_FLAGS;
		}
		table = (uint64_t *)(*entry & ADDRESS_MASK);
	}
}

static void forget(uintptr_t address)
{
	__asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

static uint64_t flags_of(int access)
{
	return access & UK_PROT_WRITE ? READ_WRITE | PAGE_USER
	       : access		      ? READ_ONLY | PAGE_USER
				      : PAGE_WITHOUT_ACCESS;
}

int uk_x86_map(uintptr_t address, uintptr_t memory, int access)
{
	uint64_t *entry = find(address, true);

	if (!entry)
		return -UK_ENOMEM;
	*entry = memory | flags_of(access);
	forget(address);
	return 0;
}

void uk_x86_set_access(uintptr_t address, int access)
{
	uint64_t *entry = find(address, false);

	*entry = (*entry & ADDRESS_MASK) | flags_of(access);
	forget(address);
}

uintptr_t uk_x86_unmap(uintptr_t address)
{
	uint64_t *entry = find(address, false);
	uintptr_t memory = *entry & ADDRESS_MASK;

	*entry = 0;
	forget(address);
	return memory;
}

uintptr_t uk_x86_next_mapped(uintptr_t address, uintptr_t end)
{
	while (address < end) {
		const uint64_t *table = uk_x86_root;
		unsigned level = 3;

		for (;; level--) {
			uint64_t entry = table[address / SPAN(level) % TABLE_ENTRIES];

			if (!entry)
				break;
			if (level == 0)
				return address;
			table = (const uint64_t *)(entry & ADDRESS_MASK);
		}
		address = (address / SPAN(level) + 1) * SPAN(level);
	}
	return end;
}
