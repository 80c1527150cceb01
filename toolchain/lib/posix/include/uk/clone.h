/* Threads for libc: what the clone system call does, which as a function cannot return twice. */
#ifndef UK_CLONE_H
#define UK_CLONE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Starts entry(argument) on the stack that ends at stack_top. Honours CLONE_PARENT_SETTID,
 * CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID and CLONE_SETTLS; without CLONE_THREAD it would be
 * a process and the result is -ENOSYS. Returns the thread's id, or -EAGAIN without memory.
 */
int uk_clone(int (*entry)(void *), void *stack_top, unsigned long flags, void *argument,
	     int *parent_id, uintptr_t tls, int *child_id);

/* Ends the wait that a thread is in, if it is in one. 0, or -ESRCH: no such thread. */
int uk_interrupt(int id);

/* Ends the calling thread and then unmaps the memory that holds its stack. */
_Noreturn void uk_exit_unmapping(void *address, size_t length);

#endif
