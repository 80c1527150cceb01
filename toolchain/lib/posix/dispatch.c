/*
 * System calls by a number known only at run time: syscall(2) and programs that bring their
 * own libc. Linked only when used, since it refers to all of them.
 */
#include <uk/direct.h>

long uk_system_call(long number, long a, long b, long c, long d, long e, long f)
{
	switch (number) {
#define UK_SYSCALL(name, arity)                                                                    \
	case SYS_##name:                                                                           \
		return UK_SYSTEM_CALL(SYS_##name, a, b, c, d, e, f);
#include <uk/syscalls-list.h>
	default:
		return uk_unknown_system_call(number);
	}
}
