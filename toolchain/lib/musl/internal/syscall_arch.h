/*
 * Takes the place of musl's file of this name: how a system call is made. musl's own macros
 * are redefined by direct_calls.h, which an edit of syscall.h includes at its end; what stands
 * here is for the few inline functions that pass a number on, which then nobody uses.
 */
#ifndef MUSL_SYSCALL_ARCH_H
#define MUSL_SYSCALL_ARCH_H

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

hidden long __syscall0(long), __syscall1(long, long), __syscall2(long, long, long),
	__syscall3(long, long, long, long), __syscall4(long, long, long, long, long),
	__syscall5(long, long, long, long, long, long),
	__syscall6(long, long, long, long, long, long, long);

#define IPC_64 0

#endif
