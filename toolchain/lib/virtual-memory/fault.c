/*
 * A page gets its memory when it is touched first, by the program or by a system call. This runs
 * inside of the exception, so it uses no vector registers, and nothing that waits.
 */
#include "areas.h"
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/virtual-memory.h>
#include <uk/x86.h>

#define PAGE_FAULT_PRESENT 1
#define PAGE_FAULT_WRITE 2
#define PAGE_FAULT_FETCH 16

static uintptr_t zeroed_page(void)
{
	void *page = uk_pages_alloc(1, 1), *at = page;
	uint64_t count = UK_PAGE_SIZE / sizeof(uint64_t);

	if (!page)
		uk_crash("out of memory: a page was touched for which there is none left");
	__asm__ volatile("rep stosq" : "+D"(at), "+c"(count) : "a"(0L) : "memory");
	return (uintptr_t)page;
}

bool uk_virtual_page_fault(uint64_t error, uintptr_t address)
{
	uintptr_t page = address & ~(UK_PAGE_SIZE - 1);
	const struct area *area;
	int needed = error & PAGE_FAULT_WRITE ? UK_PROT_WRITE : UK_PROT_READ;

	if (error & (PAGE_FAULT_PRESENT | PAGE_FAULT_FETCH) || address < UK_X86_MAPPINGS)
		return false;
	area = area_from(address);
	if (!area || area->start > address || !(area->access & needed))
		return false;
	if (uk_x86_map(page, zeroed_page(), area->access))
		uk_crash("out of memory: no page table for a page that was touched");
	return true;
}
