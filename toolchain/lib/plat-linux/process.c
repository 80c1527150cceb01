/* What a process has of its own: thread pointer, randomness, an end; and the calls for drivers. */
#include "linux.h"
#include <uk/plat.h>

void uk_plat_set_tls(uintptr_t value)
{
	/* The tender has made sure that the processor and the kernel allow it. */
	__asm__ volatile("wrfsbase %0" ::"r"(value) : "memory");
}

uintptr_t uk_plat_tls(void)
{
	uintptr_t value;

	__asm__ volatile("rdfsbase %0" : "=r"(value));
	return value;
}

bool uk_plat_entropy(uint64_t *value)
{
	static unsigned used;

	if (used == UK_TENDER_ENTROPY_WORDS)
		return false;
	*value = uk_linux_boot->entropy[used];
	((volatile uint64_t *)uk_linux_boot->entropy)[used] = 0;
	used++;
	return true;
}

_Noreturn void uk_plat_exit(int status)
{
	for (;;)
		linux_call(CALL_EXIT_GROUP, status & 255, 0, 0, 0);
}

long uk_linux_read(int fd, void *bytes, size_t length)
{
	return linux_call(CALL_READ, fd, (long)bytes, (long)length, 0);
}

long uk_linux_write(int fd, const void *bytes, size_t length)
{
	return linux_call(CALL_WRITE, fd, (long)bytes, (long)length, 0);
}

long uk_linux_pread(int fd, void *bytes, size_t length, uint64_t offset)
{
	return linux_call(CALL_PREAD, fd, (long)bytes, (long)length, (long)offset);
}

long uk_linux_pwrite(int fd, const void *bytes, size_t length, uint64_t offset)
{
	return linux_call(CALL_PWRITE, fd, (long)bytes, (long)length, (long)offset);
}
