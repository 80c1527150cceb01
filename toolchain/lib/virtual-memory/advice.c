/* What programs say of memory that they have. */
#define _GNU_SOURCE
#include "areas.h"
#include "pages.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <uk/syscalls.h>
#include <uk/x86.h>

long uk_sys_madvise(long address, long bytes, long advice)
{
	uintptr_t start = (uintptr_t)address, end = start + page_up((size_t)bytes);

	if (start & (UK_PAGE_SIZE - 1) || end < start)
		return -EINVAL;
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_FREE: /* may keep what is there, or zeros at once */
		if (!is_mappable(start, end - start))
			return -EINVAL;
		if (!areas_cover(start, end))
			return -ENOMEM;
		pages_free(start, end);
		return 0;
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
		return 0;
	default:
		return -EINVAL;
	}
}

/* Private copies have nothing to write back, and shared writable ones do not exist. */
long uk_sys_msync(long address, long bytes, long flags)
{
	(void)bytes;
	(void)flags;
	return (uintptr_t)address & (UK_PAGE_SIZE - 1) ? -EINVAL : 0;
}

/* What has memory keeps it. */
long uk_sys_mlock(long address, long bytes)
{
	(void)address;
	(void)bytes;
	return 0;
}

long uk_sys_munlock(long address, long bytes)
{
	return uk_sys_mlock(address, bytes);
}

/* One byte for each page: whether it has memory. */
long uk_sys_mincore(long address, long bytes, long result)
{
	uintptr_t start = (uintptr_t)address, end = start + page_up((size_t)bytes);
	unsigned char *present = (unsigned char *)result;

	if (start & (UK_PAGE_SIZE - 1))
		return -EINVAL;
	if (!is_mappable(start, end - start) || !areas_cover(start, end))
		return -ENOMEM;
	memset(present, 0, (end - start) / UK_PAGE_SIZE);
	for (uintptr_t page = start; (page = uk_x86_next_mapped(page, end)) < end;
	     page += UK_PAGE_SIZE)
		present[(page - start) / UK_PAGE_SIZE] = 1;
	return 0;
}
