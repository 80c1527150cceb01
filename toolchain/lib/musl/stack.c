/*
 * Where a thread's stack is, for garbage collectors and interpreters. musl finds the first
 * thread's end by trying which pages are taken; here the platform has laid it out.
 */
#define _GNU_SOURCE
#include "pthread_impl.h"

extern char __stack_start[], __stack_end[];

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	*attributes = (pthread_attr_t){0};
	attributes->_a_detach = thread->detach_state >= DT_DETACHED;
	attributes->_a_guardsize = thread->guard_size;
	if (thread->stack) {
		attributes->_a_stackaddr = (uintptr_t)thread->stack;
		attributes->_a_stacksize = thread->stack_size;
	} else {
		attributes->_a_stackaddr = (uintptr_t)__stack_end;
		attributes->_a_stacksize = (size_t)(__stack_end - __stack_start);
	}
	return 0;
}
