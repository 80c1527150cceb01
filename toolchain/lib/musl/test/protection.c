/* Access to pages that is taken and given back, and what survives it. */
// not on linux: a sandboxed process cannot change the access of its memory
#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(void)
{
	size_t page = 4096;
	char *memory = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
	assert(memory != MAP_FAILED);
	memset(memory, 1, 8 * page);
	assert(!mprotect(memory + 2 * page, 2 * page, PROT_NONE));
	assert(!mprotect(memory + 3 * page, page, PROT_READ));
	assert(memory[3 * page] == 1);
	assert(!madvise(memory + page, 6 * page, MADV_DONTNEED));
	assert(memory[3 * page] == 0 && memory[page - 1] == 1);
	assert(!mprotect(memory, 8 * page, PROT_READ | PROT_WRITE));
	assert(!memory[2 * page] && !memory[7 * page - 1] && memory[7 * page] == 1);
	memory[2 * page] = 2;
	puts("SUCCESS");
	return 0;
}
