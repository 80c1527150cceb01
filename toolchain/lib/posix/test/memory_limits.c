/* What is stricter here than on Linux: memory is never promised twice, and never both written
 * and executed. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static void exhausted(void)
{
	void *volatile impossible = malloc(SIZE_MAX / 4);
	assert(!impossible && errno == ENOMEM);
	size_t taken = 0;
	void **list = NULL, *more;
	while ((more = malloc(1 << 20))) {
		*(void **)more = list;
		list = more;
		taken++;
	}
	assert(taken > 4);
	while (list) {
		void **rest = *list;
		free(list);
		list = rest;
	}
	void *again = malloc(taken << 19);
	assert(again);
	free(again);
}

static void write_or_execute(void)
{
	char *memory = mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(memory == MAP_FAILED && errno == EACCES);
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(memory != MAP_FAILED);
	memory[0] = (char)0xc3;
	assert(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	assert(memory[0] == (char)0xc3); /* still there after the refusal */
	assert(!munmap(memory, 4096));
}

int main(void)
{
	write_or_execute();
	exhausted();
	exhausted(); /* everything came back */
	puts("SUCCESS");
	return 0;
}
