/*
 * Page tables. Everything is identity mapped: the first 4 GiB (devices live at their end) and
 * all memory, writable and not executable, but for the image: text is executable and cannot
 * be written, read-only data is neither, page 0 and the page below the stack do not exist.
 */
#include "paging.h"
#include <uk/crash.h>
#include <uk/errors.h>
#include <uk/plat.h>
#include <uk/x86.h>

#define LEAF1_GIGABYTE_PAGES (1u << 26) /* CPUID 0x80000001, EDX */

void *(*uk_plat_page_source)(void) = uk_x86_memory_page;

uint64_t *uk_x86_root;
static unsigned largest_leaf = 1;

/* Replaces a large entry by a table of smaller ones with the same effect. */
static uint64_t *split(uint64_t *entry, unsigned level)
{
	uint64_t *table = uk_plat_page_source();
	uint64_t step = SPAN(level - 1), value = *entry;

	if (!table)
		return NULL;
	if (!(value & PAGE_PRESENT))
		value = step = 0;
	else if (level == 1)
		value &= ~(uint64_t)PAGE_LARGE;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++, value += step)
		table[i] = value;
	*entry = (uintptr_t)table | TABLE_FLAGS;
	return table;
}

static int set_access(uintptr_t address, uintptr_t end, uint64_t flags)
{
	while (address < end) {
		uint64_t *table = uk_x86_root;
		unsigned level = 3;

		for (;; level--) {
			uint64_t *entry = &table[address / SPAN(level) % TABLE_ENTRIES];
			bool leaf = !(*entry & PAGE_PRESENT) || *entry & PAGE_LARGE;

			if (level == 0 || (leaf && level <= largest_leaf &&
					   address % SPAN(level) == 0 &&
					   end - address >= SPAN(level))) {
				uint64_t large = level ? PAGE_LARGE : 0;

				*entry = flags ? address | flags | large : 0;
				break;
			}
			table = leaf ? split(entry, level) : (uint64_t *)(*entry & ADDRESS_MASK);
			if (!table)
				return -UK_ENOMEM;
		}
		address += SPAN(level);
	}
	return 0;
}

static void activate(void)
{
	__asm__ volatile("mov %0, %%cr3" ::"r"(uk_x86_root) : "memory");
}

static int set_segments(void)
{
	int error = 0;

	for (const struct uk_x86_segment *segment = uk_x86_first_segment();
	     uk_x86_is_segment(segment) && !error; segment++)
		error = set_access(segment->start, segment->end,
				   PAGE_USER | (segment->access & UK_PROT_EXEC	  ? READ_EXECUTE
						: segment->access & UK_PROT_WRITE ? READ_WRITE
										  : READ_ONLY));
	return error;
}

/* The segment that a range touches, or NULL. */
static const struct uk_x86_segment *segment_of(uintptr_t address, uintptr_t end)
{
	const struct uk_x86_segment *segment = uk_x86_first_segment();

	while (uk_x86_is_segment(segment) && !(address < segment->end && end > segment->start))
		segment++;
	return uk_x86_is_segment(segment) ? segment : NULL;
}

/* Whether it is part of the image and stays as it is. */
static bool is_sealed(uintptr_t address, uintptr_t end)
{
	const struct uk_x86_segment *segment = segment_of(address, end);

	if (segment)
		return !(segment->access & UK_PROT_WRITE) || address < segment->start ||
		       end > segment->end;
	return address < (uintptr_t)__data_start && end > (uintptr_t)__image_start;
}

void uk_x86_paging_init(void)
{
	const struct uk_memory_region *regions;
	size_t count = uk_plat_memory(&regions);
	uintptr_t end = 4 * SPAN(2);
	uint64_t nothing = 0;

	if (cpuid(0x80000001, 0).edx & LEAF1_GIGABYTE_PAGES)
		largest_leaf = 2;
	if (count && end < regions[count - 1].start + regions[count - 1].length)
		end = regions[count - 1].start + regions[count - 1].length;
	uk_x86_root = split(&nothing, 3);
	if (!uk_x86_root || set_access(0, (end + SPAN(1) - 1) & ~(SPAN(1) - 1), READ_WRITE) ||
	    set_access(0, UK_PAGE_SIZE, 0) ||
	    set_access((uintptr_t)__image_start, (uintptr_t)__text_start, READ_ONLY) ||
	    set_access((uintptr_t)__text_start, (uintptr_t)__data_start, READ_EXECUTE) ||
	    set_access((uintptr_t)__stack_guard, (uintptr_t)__stack_start, 0) || set_segments())
		uk_crash("no memory for page tables");
	activate();
}

int uk_plat_protect(uintptr_t address, size_t length, int access)
{
	uintptr_t end = address + length;
	uint64_t flags;
	int result;

	if (access & UK_PROT_EXEC || is_sealed(address, end))
		return -UK_EACCES;
	flags = access & UK_PROT_WRITE ? READ_WRITE : access ? READ_ONLY : 0;
	if (flags && segment_of(address, end))
		flags |= PAGE_USER;
	result = set_access(address, end, flags);
	activate();
	return result;
}

bool uk_plat_mapped(uintptr_t address)
{
	const uint64_t *table = uk_x86_root;

	if (!uk_x86_root || address >= SPAN(3) * TABLE_ENTRIES / 2)
		return false;
	for (unsigned level = 3;; level--) {
		uint64_t entry = table[address / SPAN(level) % TABLE_ENTRIES];

		if (!(entry & PAGE_PRESENT))
			return false;
		if (level == 0 || (level < 3 && entry & PAGE_LARGE))
			return true;
		table = (const uint64_t *)(entry & ADDRESS_MASK);
	}
}

/* Any page can be made a guard here. */
void *uk_plat_stack_take(size_t length)
{
	(void)length;
	return NULL;
}

bool uk_plat_stack_give(void *stack)
{
	(void)stack;
	return false;
}
