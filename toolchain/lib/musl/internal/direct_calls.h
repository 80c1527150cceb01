/*
 * System calls as function calls. The number is always a SYS_ constant here, so each becomes
 * a call of one uk_sys_NAME; the files of musl in which it is not are replaced by ours.
 */
#ifndef MUSL_DIRECT_CALLS_H
#define MUSL_DIRECT_CALLS_H

#include <uk/direct.h>

#undef __syscall1
#undef __syscall2
#undef __syscall3
#undef __syscall4
#undef __syscall5
#undef __syscall6
#define DIRECT(number, ...) UK_SYSTEM_CALL(number, __VA_ARGS__)
#define __syscall0(n) DIRECT(n, 0, 0, 0, 0, 0, 0)
#define __syscall1(n, a) DIRECT(n, __scc(a), 0, 0, 0, 0, 0)
#define __syscall2(n, a, b) DIRECT(n, __scc(a), __scc(b), 0, 0, 0, 0)
#define __syscall3(n, a, b, c) DIRECT(n, __scc(a), __scc(b), __scc(c), 0, 0, 0)
#define __syscall4(n, a, b, c, d) DIRECT(n, __scc(a), __scc(b), __scc(c), __scc(d), 0, 0)
#define __syscall5(n, a, b, c, d, e)                                                               \
	DIRECT(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), 0)
#define __syscall6(n, a, b, c, d, e, f)                                                            \
	DIRECT(n, __scc(a), __scc(b), __scc(c), __scc(d), __scc(e), __scc(f))

/*
 * Cancellation points. pthread_cancel.c looks before and after the call; in a program without
 * pthread_cancel() both are empty (see no_cancel.c). close must not lose its descriptor: a
 * request that arrives during it is left for the next point.
 */
hidden long __cancel_before(int closing);
hidden long __cancel_after(long result);
#define POINT(n, call)                                                                             \
	({                                                                                         \
		long result_ = __cancel_before((n) == SYS_close);                                  \
		if (!result_)                                                                      \
			result_ = (n) == SYS_close ? (call) : __cancel_after(call);                \
		result_;                                                                           \
	})

#undef __syscall_cp0
#undef __syscall_cp1
#undef __syscall_cp2
#undef __syscall_cp3
#undef __syscall_cp4
#undef __syscall_cp5
#undef __syscall_cp6
#define __syscall_cp0(n) POINT(n, __syscall0(n))
#define __syscall_cp1(n, a) POINT(n, __syscall1(n, a))
#define __syscall_cp2(n, a, b) POINT(n, __syscall2(n, a, b))
#define __syscall_cp3(n, a, b, c) POINT(n, __syscall3(n, a, b, c))
#define __syscall_cp4(n, a, b, c, d) POINT(n, __syscall4(n, a, b, c, d))
#define __syscall_cp5(n, a, b, c, d, e) POINT(n, __syscall5(n, a, b, c, d, e))
#define __syscall_cp6(n, a, b, c, d, e, f) POINT(n, __syscall6(n, a, b, c, d, e, f))

#undef __socketcall
#undef __socketcall_cp
#define __socketcall(name, a, b, c, d, e, f) __syscall6(SYS_##name, a, b, c, d, e, f)
#define __socketcall_cp(name, a, b, c, d, e, f) __syscall_cp6(SYS_##name, a, b, c, d, e, f)

#endif
