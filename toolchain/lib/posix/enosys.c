/*
 * The weak definition of every system call. What no selected library implements ends here,
 * answers as a kernel without it does, and says so once when POSIX_TRACE_ENOSYS is on.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

#ifdef CONFIG_POSIX_TRACE_ENOSYS
static long missing(const char *name, bool *told)
{
	if (*told)
		return -ENOSYS;
	*told = true;
	static const char before[] = "[unikernel] system call ";
	static const char after[] = " is not implemented\n";
	uk_console_write(before, sizeof(before) - 1);
	uk_console_write(name, strlen(name));
	uk_console_write(after, sizeof(after) - 1);
	return -ENOSYS;
}
#define MISSING(name)                                                                              \
	static bool told;                                                                          \
	return missing(name, &told)
#else
#define MISSING(name) return -ENOSYS
#endif

#define TAKE0 void
#define TAKE1 long a
#define TAKE2 TAKE1, long b
#define TAKE3 TAKE2, long c
#define TAKE4 TAKE3, long d
#define TAKE5 TAKE4, long e
#define TAKE6 TAKE5, long f

#pragma clang diagnostic ignored "-Wunused-parameter"
#define UK_SYSCALL(name, arity)                                                                    \
	__attribute__((weak)) long uk_sys_##name(TAKE##arity)                                      \
	{                                                                                          \
		MISSING(#name);                                                                    \
	}
#include <uk/syscalls-list.h>
