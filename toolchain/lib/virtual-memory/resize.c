/* mremap and the heap that grows at its end. */
#define _GNU_SOURCE /* mremap */
#include "areas.h"
#include "pages.h"
#include <errno.h>
#include <sys/mman.h>
#include <uk/syscalls.h>
#include <uk/x86.h>

/* The heap of brk(). */
#define HEAP UK_X86_MAPPINGS
#define HEAP_BYTES_MAX (1UL << 36)

static uintptr_t heap_end = HEAP;

long uk_sys_brk(long wish)
{
	uintptr_t end = (uintptr_t)wish;
	uintptr_t now = page_up(heap_end), wanted = page_up(end);

	if (end < HEAP || end > HEAP + HEAP_BYTES_MAX)
		return (long)heap_end;
	if (wanted > now && areas_set(now, wanted, UK_PROT_READ | UK_PROT_WRITE))
		return (long)heap_end;
	if (wanted < now)
		uk_sys_munmap((long)wanted, (long)(now - wanted));
	heap_end = end;
	return wish;
}

/* Moves the pages, not what is in them. */
static long move(uintptr_t from, size_t length, size_t new_length, int access)
{
	long moved = uk_sys_mmap(0, (long)new_length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t to = (uintptr_t)moved;

	if (moved < 0)
		return moved;
	if (areas_set(to, to + new_length, access)) {
		uk_sys_munmap(moved, (long)new_length);
		return -ENOMEM;
	}
	for (uintptr_t page = from; (page = uk_x86_next_mapped(page, from + length)) < from + length;
	     page += UK_PAGE_SIZE) {
		if (uk_x86_map(to + (page - from), uk_x86_unmap(page), access))
			uk_crash("out of memory: no page table for a mapping that moves");
	}
	uk_sys_munmap((long)from, (long)length);
	return moved;
}

long uk_sys_mremap(long address, long old_bytes, long new_bytes, long flags, long wish)
{
	uintptr_t start = (uintptr_t)address;
	size_t old_length = page_up((size_t)old_bytes), new_length = page_up((size_t)new_bytes);
	const struct area *area;
	int access;

	(void)wish;
	if (start & (UK_PAGE_SIZE - 1) || !old_bytes || !new_bytes || (flags & ~MREMAP_MAYMOVE) ||
	    !is_mappable(start, old_length))
		return -EINVAL;
	if ((size_t)new_bytes > UK_X86_MAPPINGS_END)
		return -ENOMEM;
	area = area_from(start);
	if (!area || area->start > start || area->end < start + old_length)
		return -EFAULT;
	access = area->access;
	if (new_length <= old_length) {
		if (new_length < old_length)
			uk_sys_munmap((long)(start + new_length), (long)(old_length - new_length));
		return address;
	}
	if (is_mappable(start, new_length) &&
	    areas_free(start + old_length, start + new_length) &&
	    !areas_set(start + old_length, start + new_length, access))
		return address;
	return flags & MREMAP_MAYMOVE ? move(start, old_length, new_length, access) : -ENOMEM;
}
