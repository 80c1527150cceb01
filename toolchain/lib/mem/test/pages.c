/* Random allocations, partial frees and extensions of pages, checked against their content. */
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/mem.h>

#define HOLDINGS 64

static struct {
	char *start;
	size_t count;
} holdings[HOLDINGS];

static uint32_t random_state = 1;

static uint32_t random(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

/* Every page carries its own address while it is held. */
static void stamp(char *start, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		*(char **)(start + i * UK_PAGE_SIZE) = start + i * UK_PAGE_SIZE;
}

static void verify(const char *start, size_t count)
{
	for (size_t i = 0; i < count; i++)
		uk_check(*(char *const *)(start + i * UK_PAGE_SIZE) == start + i * UK_PAGE_SIZE);
}

static void step(unsigned slot)
{
	size_t count = 1 + random(20), align = 1UL << random(5), part;

	if (!holdings[slot].start) {
		char *start = uk_pages_alloc(count, align);

		if (!start)
			return;
		uk_check((uintptr_t)start % (align * UK_PAGE_SIZE) == 0);
		stamp(start, 0, count);
		holdings[slot].start = start;
		holdings[slot].count = count;
		return;
	}
	verify(holdings[slot].start, holdings[slot].count);
	if (random(4) == 0 &&
	    uk_pages_extend(holdings[slot].start, holdings[slot].count, count) == 0) {
		stamp(holdings[slot].start, holdings[slot].count, holdings[slot].count + count);
		holdings[slot].count += count;
		return;
	}
	/* A part from either end, or all. */
	part = 1 + random((uint32_t)holdings[slot].count);
	if (random(2)) {
		uk_pages_free(holdings[slot].start, part);
		holdings[slot].start += part * UK_PAGE_SIZE;
	} else {
		uk_pages_free(holdings[slot].start +
				      (holdings[slot].count - part) * UK_PAGE_SIZE,
			      part);
	}
	holdings[slot].count -= part;
	if (!holdings[slot].count)
		holdings[slot].start = NULL;
}

int uk_application(void)
{
	size_t free = uk_pages_free_count(), all;
	char *first;

	uk_check(free > 0 && free <= uk_pages_total());
	for (unsigned i = 0; i < 200000; i++)
		step(random(HOLDINGS));
	for (unsigned i = 0; i < HOLDINGS; i++)
		if (holdings[i].start)
			uk_pages_free(holdings[i].start, holdings[i].count);
	uk_check(uk_pages_free_count() == free);

	/* To the last page, then all back. */
	first = NULL;
	for (all = 0; all < free; all++) {
		char *page = uk_pages_alloc(1, 1);

		uk_check(page);
		*(char **)page = first;
		first = page;
	}
	uk_check(uk_pages_alloc(1, 1) == NULL && uk_pages_free_count() == 0);
	while (first) {
		char *next = *(char **)first;

		uk_pages_free(first, 1);
		first = next;
	}
	uk_check(uk_pages_free_count() == free);
	uk_check(uk_pages_alloc(free + 1, 1) == NULL && uk_pages_alloc(SIZE_MAX / 4, 1) == NULL);
	return uk_success();
}
