/*
 * mmap, munmap, mprotect. A mapping is an area; memory comes with the first touch and goes with
 * munmap or madvise. Nothing becomes executable.
 */
#define _GNU_SOURCE
#include "areas.h"
#include "pages.h"
#include <errno.h>
#include <sys/mman.h>
#include <uk/plat.h>
#include <uk/syscalls.h>
#include <uk/x86.h>

/* Where mappings without a wish go: behind what the heap of brk() and Go's own wishes reach. */
#define LOWEST (1UL << 40)

int access_of(long protection)
{
	return (protection & PROT_READ ? UK_PROT_READ : 0) |
	       (protection & PROT_WRITE ? UK_PROT_READ | UK_PROT_WRITE : 0);
}

bool is_mappable(uintptr_t address, size_t length)
{
	return address >= UK_X86_MAPPINGS && length <= UK_X86_MAPPINGS_END &&
	       address <= UK_X86_MAPPINGS_END - length;
}

void pages_free(uintptr_t start, uintptr_t end)
{
	while ((start = uk_x86_next_mapped(start, end)) < end)
		uk_pages_free((void *)uk_x86_unmap(start), 1);
}

/* A copy of a file's content, which is all that can be told apart from a private mapping. */
static long fill(uintptr_t memory, size_t length, long descriptor, long offset)
{
	size_t done = 0;

	while (done < length) {
		long got = uk_sys_pread64(descriptor, (long)(memory + done), (long)(length - done),
					  offset + (long)done);
		if (got < 0)
			return got;
		if (!got)
			break;
		done += (size_t)got;
	}
	return 0;
}

/* The address for a mapping; 0: there is none. */
static uintptr_t place(uintptr_t wish, size_t length)
{
	if (!(wish & (UK_PAGE_SIZE - 1)) && is_mappable(wish, length) &&
	    areas_free(wish, wish + length))
		return wish;
	return areas_find(length, LOWEST, UK_X86_MAPPINGS_END);
}

static long map_file(uintptr_t start, size_t length, int access, long descriptor, long offset)
{
	int error = areas_set(start, start + length, UK_PROT_READ | UK_PROT_WRITE);
	long result = error ? error : fill(start, length, descriptor, offset);

	if (!result && access != (UK_PROT_READ | UK_PROT_WRITE))
		result = uk_sys_mprotect((long)start, (long)length,
					 access ? PROT_READ : PROT_NONE);
	if (result)
		uk_sys_munmap((long)start, (long)length);
	return result;
}

long uk_sys_mmap(long wish, long bytes, long protection, long flags, long descriptor, long offset)
{
	size_t length = page_up((size_t)bytes);
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	uintptr_t start = (uintptr_t)wish;
	long error;

	if (!bytes || (offset & (long)(UK_PAGE_SIZE - 1)))
		return -EINVAL;
	if (!length || (size_t)bytes > UK_X86_MAPPINGS_END)
		return -ENOMEM;
	if (protection & PROT_EXEC)
		return -EACCES;
	/* Writes to a shared mapping would have to reach the file. */
	if (shared && !(flags & MAP_ANONYMOUS) && (protection & PROT_WRITE))
		return -ENODEV;
	if (!fixed)
		start = place(start, length);
	else if (start & (UK_PAGE_SIZE - 1))
		return -EINVAL;
	if (!is_mappable(start, length))
		return -ENOMEM;
	if (fixed && !areas_free(start, start + length)) {
		if (flags & MAP_FIXED_NOREPLACE & ~MAP_FIXED)
			return -EEXIST;
		pages_free(start, start + length);
	}
	error = flags & MAP_ANONYMOUS
			? areas_set(start, start + length, access_of(protection))
			: map_file(start, length, access_of(protection), descriptor, offset);
	return error ? error : (long)start;
}

long uk_sys_munmap(long address, long bytes)
{
	uintptr_t start = (uintptr_t)address;
	size_t length = page_up((size_t)bytes);
	int error;

	if (start & (UK_PAGE_SIZE - 1) || !bytes || !is_mappable(start, length))
		return -EINVAL;
	error = areas_clear(start, start + length);
	if (!error)
		pages_free(start, start + length);
	return error;
}

long uk_sys_mprotect(long address, long bytes, long protection)
{
	uintptr_t start = (uintptr_t)address, end = start + page_up((size_t)bytes);
	int access = access_of(protection), error;

	if (start & (UK_PAGE_SIZE - 1) || end < start)
		return -EINVAL;
	if (protection & PROT_EXEC)
		return -EACCES;
	/* The program's own data, of which libc makes a part read-only once it is relocated. */
	if (end <= UK_X86_MAPPINGS)
		return uk_plat_protect(start, end - start, access);
	if (!is_mappable(start, end - start) || !areas_cover(start, end))
		return -ENOMEM;
	error = areas_set(start, end, access);
	for (uintptr_t page = start; !error && (page = uk_x86_next_mapped(page, end)) < end;
	     page += UK_PAGE_SIZE)
		uk_x86_set_access(page, access);
	return error;
}
