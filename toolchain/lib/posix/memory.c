/*
 * mmap and its kin over physical pages. Addresses are physical, so a mapping takes its memory
 * at once, a wish for a certain address is granted only where it falls inside the caller's
 * own memory, and overcommitting does not exist.
 */
#define _GNU_SOURCE /* mremap */
#include "protection.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

#define PAGE_MASK (UK_PAGE_SIZE - 1)
/* Larger sums would wrap around; no machine has them. */
#define MOST (SIZE_MAX / 2)

static size_t round_up(size_t length)
{
	return (length + PAGE_MASK) & ~PAGE_MASK;
}

static int access_of(long protection)
{
	return (protection & PROT_READ ? UK_PROT_READ : 0) |
	       (protection & PROT_WRITE ? UK_PROT_READ | UK_PROT_WRITE : 0) |
	       (protection & PROT_EXEC ? UK_PROT_READ | UK_PROT_EXEC : 0);
}

/* A copy of a file's content, which is all that can be told apart from a private mapping. */
static long fill(char *memory, size_t length, long descriptor, long offset)
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

static long map_fixed(uintptr_t address, size_t length, long protection, long flags,
		      long descriptor, long offset)
{
	if (address & PAGE_MASK)
		return -EINVAL;
	if (flags & MAP_FIXED_NOREPLACE & ~MAP_FIXED)
		return -EEXIST;
	/* Over memory the caller has, as the standard demands; its content goes. */
	int error = posix_unprotect(address, length);
	if (error)
		return error;
	memset((void *)address, 0, length);
	if (!(flags & MAP_ANONYMOUS)) {
		long result = fill((char *)address, length, descriptor, offset);
		if (result < 0)
			return result;
	}
	error = posix_protect(address, length, access_of(protection));
	return error ? error : (long)address;
}

long uk_sys_mmap(long wish, long bytes, long protection, long flags, long descriptor, long offset)
{
	size_t length = round_up((size_t)bytes);
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (!bytes || (offset & (long)PAGE_MASK))
		return -EINVAL;
	if ((size_t)bytes > MOST)
		return -ENOMEM;
	if ((protection & PROT_WRITE) && (protection & PROT_EXEC))
		return -EACCES;
	/* Writes to a shared mapping would have to reach the file. */
	if (shared && !(flags & MAP_ANONYMOUS) && (protection & PROT_WRITE))
		return -ENODEV;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
		return map_fixed((uintptr_t)wish, length, protection, flags, descriptor, offset);

	/* Of a stack without access so far the lowest part will be its guard. */
	bool is_stack = (flags & MAP_STACK) && protection == PROT_NONE;
	char *memory = is_stack ? uk_plat_stack_take(length) : NULL;
	if (memory)
		return (long)memory;
	memory = uk_pages_alloc(length / UK_PAGE_SIZE, 1);
	if (!memory)
		return -ENOMEM;
	memset(memory, 0, length);
	long error = flags & MAP_ANONYMOUS ? 0 : fill(memory, length, descriptor, offset);
	if (!error)
		error = posix_protect((uintptr_t)memory, length, access_of(protection));
	/* Where access cannot be taken, a correct program does not notice that it has more. */
	if (error == -ENOTSUP)
		error = 0;
	if (error) {
		uk_pages_free(memory, length / UK_PAGE_SIZE);
		return error;
	}
	return (long)memory;
}

long uk_sys_munmap(long address, long bytes)
{
	size_t length = round_up((size_t)bytes);
	if (((uintptr_t)address & PAGE_MASK) || !bytes || (size_t)bytes > MOST)
		return -EINVAL;
	if (uk_plat_stack_give((void *)address))
		return 0;
	int error = posix_unprotect((uintptr_t)address, length);
	if (!error)
		uk_pages_free((void *)address, length / UK_PAGE_SIZE);
	return error;
}

long uk_sys_mprotect(long address, long bytes, long protection)
{
	if ((uintptr_t)address & PAGE_MASK)
		return -EINVAL;
	if ((size_t)bytes > MOST)
		return -ENOMEM;
	return posix_protect((uintptr_t)address, round_up((size_t)bytes), access_of(protection));
}

static long shrink(long address, size_t old_length, size_t new_length)
{
	long error = uk_sys_munmap(address + (long)new_length, (long)(old_length - new_length));
	return error ? error : address;
}

static long move(char *old, size_t old_length, size_t new_length)
{
	char *new = uk_pages_alloc(new_length / UK_PAGE_SIZE, 1);
	if (!new)
		return -ENOMEM;
	memcpy(new, old, old_length);
	memset(new + old_length, 0, new_length - old_length);
	uk_pages_free(old, old_length / UK_PAGE_SIZE);
	return (long)new;
}

long uk_sys_mremap(long address, long old_bytes, long new_bytes, long flags, long wish)
{
	(void)wish;
	char *memory = (char *)address;
	size_t old_length = round_up((size_t)old_bytes), new_length = round_up((size_t)new_bytes);

	if (((uintptr_t)address & PAGE_MASK) || !old_bytes || !new_bytes ||
	    (flags & ~MREMAP_MAYMOVE))
		return -EINVAL;
	if ((size_t)new_bytes > MOST)
		return -ENOMEM;
	if (new_length < old_length)
		return shrink(address, old_length, new_length);
	if (new_length == old_length)
		return address;
	if (!uk_pages_extend(memory, old_length / UK_PAGE_SIZE,
			     (new_length - old_length) / UK_PAGE_SIZE)) {
		memset(memory + old_length, 0, new_length - old_length);
		return address;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	int error = posix_unprotect((uintptr_t)address, old_length);
	return error ? error : move(memory, old_length, new_length);
}

/* There is no heap that grows at one end: libc falls back to mmap. */
long uk_sys_brk(long wish)
{
	(void)wish;
	return 0;
}

long uk_sys_madvise(long address, long bytes, long advice)
{
	if ((uintptr_t)address & PAGE_MASK)
		return -EINVAL;
	switch (advice) {
	case MADV_DONTNEED: /* promises zeros; the pages stay, there is nobody else to have them */
		return posix_zero((uintptr_t)address, round_up((size_t)bytes));
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_FREE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
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
	return (uintptr_t)address & PAGE_MASK ? -EINVAL : 0;
}

/* All memory is always resident. */
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
