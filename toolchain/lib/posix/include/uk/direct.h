/*
 * From a system call's number to its function. UK_SYSTEM_CALL(SYS_write, a, b, c, 0, 0, 0) is
 * a direct call of uk_sys_write(a, b, c): the number is pasted into a name, so it MUST be a
 * SYS_ constant, no dispatch remains in the code, and a call nobody makes is not linked.
 * Six arguments always; those a call does not take are dropped.
 */
#ifndef UK_DIRECT_H
#define UK_DIRECT_H

#include <sys/syscall.h>
#include <uk/syscalls.h>

#define UK_PASS0 ()
#define UK_PASS1 (a)
#define UK_PASS2 (a, b)
#define UK_PASS3 (a, b, c)
#define UK_PASS4 (a, b, c, d)
#define UK_PASS5 (a, b, c, d, e)
#define UK_PASS6 (a, b, c, d, e, f)

#define UK_NUMBER__(number, name, pass)                                                            \
	static inline __attribute__((always_inline, unused)) long uk_number_##number(              \
		long a, long b, long c, long d, long e, long f)                                    \
	{                                                                                          \
		(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;                              \
		return uk_sys_##name pass;                                                         \
	}
#define UK_NUMBER_(number, name, pass) UK_NUMBER__(number, name, pass)
#define UK_SYSCALL(name, arity) UK_NUMBER_(SYS_##name, name, UK_PASS##arity)
#include <uk/syscalls-list.h>
#undef UK_SYSCALL

#define UK_SYSTEM_CALL_(number, ...) uk_number_##number(__VA_ARGS__)
#define UK_SYSTEM_CALL(number, ...) UK_SYSTEM_CALL_(number, __VA_ARGS__)

/* Any number, also one that is only known at run time. Links every system call there is. */
long uk_system_call(long number, long a, long b, long c, long d, long e, long f);
/* For a number that is none of the list: -ENOSYS, and said so as for a missing one. */
long uk_unknown_system_call(long number);

#endif
