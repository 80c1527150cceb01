/* Random small and large objects keep their content, and all memory comes back. */
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/mem.h>

#define HOLDINGS 512

static struct {
	uint8_t *bytes;
	size_t length;
	uint8_t mark;
} holdings[HOLDINGS];

static uint32_t random_state = 7;

static uint32_t random(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static void drop(unsigned slot)
{
	for (size_t i = 0; i < holdings[slot].length; i++)
		uk_check(holdings[slot].bytes[i] == holdings[slot].mark);
	uk_free(holdings[slot].bytes);
	holdings[slot].bytes = NULL;
}

int uk_application(void)
{
	size_t free;

	uk_free(NULL);
	uk_free(uk_alloc(0));
	free = uk_pages_free_count();
	for (unsigned i = 0; i < 100000; i++) {
		unsigned slot = random(HOLDINGS);

		if (holdings[slot].bytes) {
			drop(slot);
			continue;
		}
		holdings[slot].length = random(20) ? random(700) : random(20000);
		holdings[slot].bytes = uk_zalloc(holdings[slot].length);
		uk_check(holdings[slot].bytes && (uintptr_t)holdings[slot].bytes % 16 == 0);
		holdings[slot].mark = (uint8_t)i;
		for (size_t at = 0; at < holdings[slot].length; at++) {
			uk_check(holdings[slot].bytes[at] == 0);
			holdings[slot].bytes[at] = (uint8_t)i;
		}
	}
	for (unsigned slot = 0; slot < HOLDINGS; slot++)
		if (holdings[slot].bytes)
			drop(slot);
	/* At most one page of each size stays behind. */
	uk_check(uk_pages_free_count() + 16 >= free);
	uk_check(uk_alloc(SIZE_MAX) == NULL && uk_alloc(uk_pages_total() * UK_PAGE_SIZE) == NULL);
	return uk_success();
}
