/* The address space of a program for Linux: reservations without memory, pages that come with the
 * first touch and go again, the heap, and what nobody may do. */
// machines: microvm
// expect: success
// expect: crash "page fault: no such memory" with touch-reserved
// expect: crash "page fault: write to read-only memory" with write-constant
// expect: crash "page fault: execution of data" with run-data
// expect: crash "page fault: null pointer" with write-null
// expect: crash "out of memory" with touch-too-much
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include "check.h"

#define GIB (1UL << 30)
#define MIB (1UL << 20)
#define READ_WRITE (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

static unsigned long free_memory(void)
{
	struct sysinfo info;

	check(sysinfo(&info) == 0);
	return info.freeram * info.mem_unit;
}

static char *map(size_t length, int protection)
{
	char *memory = mmap(NULL, length, protection, PRIVATE | MAP_NORESERVE, -1, 0);

	check(memory != MAP_FAILED);
	return memory;
}

static void reservations(void)
{
	unsigned long before = free_memory();
	char *reserved = map(64 * GIB, PROT_NONE);
	char *sparse = map(4 * GIB, READ_WRITE);

	check(before - free_memory() < MIB);
	check(sparse[3 * GIB] == 0);
	sparse[GIB] = 1;
	check(mprotect(reserved + GIB, MIB, READ_WRITE) == 0);
	memset(reserved + GIB, 7, MIB);
	check(before - free_memory() > MIB);
	/* Without access the content stays. */
	check(mprotect(reserved + GIB, MIB, PROT_NONE) == 0);
	check(mprotect(reserved + GIB, MIB, PROT_READ) == 0);
	check(reserved[GIB + MIB - 1] == 7);
	check(madvise(reserved + GIB, MIB, MADV_DONTNEED) == 0);
	check(reserved[GIB + MIB - 1] == 0);
	check(munmap(reserved, 64 * GIB) == 0 && munmap(sparse, 4 * GIB) == 0);
	/* All but tables of pages has come back. */
	check(before - free_memory() < MIB / 4);
	check(mprotect(reserved, MIB, READ_WRITE) == -1 && errno == ENOMEM);
}

static void fixed_places(void)
{
	char *wish = (char *)0xc000000000;
	char *memory = mmap(wish, MIB, READ_WRITE, PRIVATE, -1, 0);

	check(memory == wish);
	memory[0] = memory[MIB - 1] = 3;
	check(mmap(wish, MIB, READ_WRITE, PRIVATE, -1, 0) != wish);
	check(mmap(wish, MIB, READ_WRITE, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
	check(errno == EEXIST);
	/* The middle anew: what is around it stays. */
	check(mmap(wish + 4096, MIB - 8192, PROT_READ, PRIVATE | MAP_FIXED, -1, 0) == wish + 4096);
	check(memory[0] == 3 && memory[MIB - 1] == 3 && memory[8192] == 0);
}

static void resizing(void)
{
	char *memory = map(MIB, READ_WRITE), *obstacle = map(MIB, READ_WRITE), *moved;

	memory[5] = 5;
	moved = mremap(memory, MIB, 3 * MIB, MREMAP_MAYMOVE);
	check(moved != MAP_FAILED && moved[5] == 5 && moved[3 * MIB - 1] == 0);
	obstacle[0] = 1;
	check(mremap(moved, 3 * MIB, MIB, 0) == moved && moved[5] == 5);
	check(mremap(moved, MIB, 2 * MIB, 0) == moved);
}

static void heap(void)
{
	char *end = (char *)syscall(SYS_brk, 0);

	check((char *)syscall(SYS_brk, end + 3 * MIB) == end + 3 * MIB);
	end[3 * MIB - 1] = 1;
	check((char *)syscall(SYS_brk, end) == end);
	check((char *)syscall(SYS_brk, (char *)4096) == end);
}

static void no_code_from_data(void)
{
	char *memory = map(4096, READ_WRITE);
	void *code = (void *)((unsigned long)no_code_from_data & -4096UL);

	check(mmap(NULL, 4096, PROT_READ | PROT_EXEC, PRIVATE, -1, 0) == MAP_FAILED);
	check(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	check(mprotect(code, 4096, READ_WRITE) == -1 && errno == EACCES);
}

static const char *volatile constant = "constant";

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "";

	if (!strcmp(what, "touch-reserved"))
		map(GIB, PROT_NONE)[4096] = 1;
	if (!strcmp(what, "write-constant"))
		*(char *)constant = 'C';
	if (!strcmp(what, "run-data")) {
		char *data = map(4096, READ_WRITE);

		*data = (char)0xc3;
		((void (*)(void))data)();
	}
	if (!strcmp(what, "write-null"))
		*(char *volatile *)8 = NULL;
	if (!strcmp(what, "touch-too-much"))
		memset(map(GIB, READ_WRITE), 1, GIB);
	reservations();
	fixed_places();
	resizing();
	heap();
	no_code_from_data();
	return success();
}
