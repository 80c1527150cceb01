/*
 * The system-call table: one function per Linux system call, uk_sys_NAME, which takes as many
 * longs as the call has arguments and returns what the kernel does (a negative errno on
 * failure). musl calls them directly, so a call nobody makes is not linked. The library that
 * knows the subject defines the function; `posix` holds a weak definition that returns -ENOSYS
 * for every one in syscalls-list.h.
 */
#ifndef UK_SYSCALLS_H
#define UK_SYSCALLS_H

#define UK_ARGS0 void
#define UK_ARGS1 long
#define UK_ARGS2 long, long
#define UK_ARGS3 long, long, long
#define UK_ARGS4 long, long, long, long
#define UK_ARGS5 long, long, long, long, long
#define UK_ARGS6 long, long, long, long, long, long

/* UK_SYSCALL(write, 3) for each entry of the list */
#define UK_SYSCALL(name, arity) long uk_sys_##name(UK_ARGS##arity);
#include <uk/syscalls-list.h>
#undef UK_SYSCALL

#endif
