/*
 * The page allocator: one bit for each page of the address space up to the last memory, set
 * while the page is free. First fit, so that memory fills from its start. Free pages
 * themselves are never touched.
 */
#include <uk/errors.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat.h>

#define BITS 64

static uint64_t *bitmap;
static size_t end_page; /* of the bitmap */
static size_t lowest_free; /* no page below is free */
static size_t free_count, total_count;

/* The first page from `page` on that is free (or, if !free, in use); `limit` if none before. */
static size_t find(size_t page, size_t limit, bool free)
{
	while (page < limit) {
		uint64_t word = free ? bitmap[page / BITS] : ~bitmap[page / BITS];

		word >>= page % BITS;
		if (word) {
			page += (size_t)__builtin_ctzll(word);
			return page < limit ? page : limit;
		}
		page = (page / BITS + 1) * BITS;
	}
	return limit;
}

static void mark(size_t page, size_t count, bool free)
{
	free_count += free ? count : -count;
	while (count) {
		size_t in_word = BITS - page % BITS;
		uint64_t mask;

		in_word = in_word < count ? in_word : count;
		mask = (~0ULL >> (BITS - in_word)) << page % BITS;
		if (free)
			bitmap[page / BITS] |= mask;
		else
			bitmap[page / BITS] &= ~mask;
		page += in_word;
		count -= in_word;
	}
}

void *uk_pages_alloc(size_t count, size_t align)
{
	size_t page;

	page = lowest_free = find(lowest_free, end_page, true);
	for (;;) {
		size_t end;

		page = (page + align - 1) & ~(align - 1);
		if (page >= end_page || count > end_page - page)
			return NULL;
		end = find(page, page + count, false);
		if (end == page + count)
			break;
		page = find(end, end_page, true);
	}
	mark(page, count, false);
	return (void *)(page * UK_PAGE_SIZE);
}

void uk_pages_free(void *address, size_t count)
{
	size_t page = (uintptr_t)address / UK_PAGE_SIZE;

	/* Freeing twice would give a page to two owners. */
	if ((uintptr_t)address % UK_PAGE_SIZE || page + count > end_page ||
	    find(page, page + count, true) != page + count)
		uk_crash("pages freed that are not in use");
	mark(page, count, true);
	if (page < lowest_free)
		lowest_free = page;
}

int uk_pages_extend(void *address, size_t count, size_t more)
{
	size_t page = (uintptr_t)address / UK_PAGE_SIZE + count;

	if (more > end_page - page || find(page, page + more, false) != page + more)
		return -UK_ENOMEM;
	mark(page, more, false);
	return 0;
}

size_t uk_pages_free_count(void)
{
	return free_count;
}

size_t uk_pages_total(void)
{
	return total_count;
}

static void *page_for_platform(void)
{
	return uk_pages_alloc(1, 1);
}

static void take_over(void)
{
	const struct uk_memory_region *regions;
	size_t count = uk_plat_memory(&regions), bytes, pages;

	uk_assert(count);
	end_page = (regions[count - 1].start + regions[count - 1].length) / UK_PAGE_SIZE;
	bytes = (end_page + BITS - 1) / BITS * sizeof(*bitmap);
	pages = (bytes + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE;
	for (size_t i = 0; i < count && !bitmap; i++)
		if (regions[i].length >= bytes)
			bitmap = (uint64_t *)regions[i].start;
	uk_assert(bitmap);
	for (size_t i = 0; i < bytes / sizeof(*bitmap); i++)
		bitmap[i] = 0;
	for (size_t i = 0; i < count; i++)
		if (regions[i].length)
			mark(regions[i].start / UK_PAGE_SIZE, regions[i].length / UK_PAGE_SIZE,
			     true);
	total_count = free_count;
	mark((uintptr_t)bitmap / UK_PAGE_SIZE, pages, false);
	uk_plat_page_source = page_for_platform;
}
UK_INIT(UK_STAGE_MEMORY, take_over);
