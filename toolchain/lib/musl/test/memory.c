/* malloc under changing sizes, and the mappings beneath it. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLOTS 500

static struct {
	unsigned char *bytes;
	size_t length;
	unsigned char fill;
} slots[SLOTS];

static uint32_t state = 7;

static uint32_t next(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void check(int i)
{
	for (size_t at = 0; at < slots[i].length; at++)
		assert(slots[i].bytes[at] == slots[i].fill);
}

static void churn(void)
{
	for (int round = 0; round < 20000; round++) {
		int i = (int)(next() % SLOTS);
		size_t length = next() % 8 ? next() % 600 : next() % 60000;
		check(i);
		if (round % 3 == 0) {
			free(slots[i].bytes);
			slots[i].bytes = malloc(length);
		} else {
			size_t kept = slots[i].length < length ? slots[i].length : length;
			slots[i].bytes = realloc(slots[i].bytes, length ? length : 1);
			for (size_t at = 0; at < kept; at++)
				assert(slots[i].bytes[at] == slots[i].fill);
		}
		assert(slots[i].bytes || !length);
		slots[i].length = length;
		slots[i].fill = (unsigned char)round;
		memset(slots[i].bytes, slots[i].fill, length);
	}
	for (int i = 0; i < SLOTS; i++) {
		check(i);
		free(slots[i].bytes);
		slots[i].bytes = NULL;
		slots[i].length = 0;
	}
}

static void aligned(void)
{
	for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
		void *memory = aligned_alloc(alignment, 100);
		assert(memory && (uintptr_t)memory % alignment == 0);
		free(memory);
	}
	unsigned char *zeros = calloc(1000, 1000);
	assert(zeros);
	for (size_t i = 0; i < 1000000; i += 997)
		assert(!zeros[i]);
	free(zeros);
}

static void mappings(void)
{
	size_t page = 4096;
	char *memory = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
	assert(memory != MAP_FAILED);
	memset(memory, 1, 8 * page);
	assert(!madvise(memory + page, 6 * page, MADV_DONTNEED));
	assert(!memory[2 * page] && !memory[7 * page - 1] && memory[7 * page] == 1);
	memory[2 * page] = 2;
	assert(!munmap(memory + page, page)); /* a hole in the middle */
	assert(!munmap(memory, page) && !munmap(memory + 2 * page, 6 * page));

	memory = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(memory != MAP_FAILED && !memory[0]); /* zeroed again */
	memory[page - 1] = 9;
	memory = mremap(memory, 4 * page, 400 * page, MREMAP_MAYMOVE);
	assert(memory != MAP_FAILED && memory[page - 1] == 9 && !memory[399 * page]);
	memory = mremap(memory, 400 * page, page, 0);
	assert(memory != MAP_FAILED && memory[page - 1] == 9);
	assert(!munmap(memory, page));

	assert(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

int main(void)
{
	churn();
	aligned();
	mappings();
	churn();
	puts("SUCCESS");
	return 0;
}
