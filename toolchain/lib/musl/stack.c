/*
 * Where a thread's stack is, for garbage collectors and interpreters. musl finds the first
 * thread's end by trying which pages are taken; here the platform has laid it out.
 */
#define _GNU_SOURCE
#include "pthread_impl.h"
#include <sys/mman.h>

hidden void *uk_musl_map_stack(void *, size_t, int, int, int, off_t);

/* What pthread_create() calls instead of mmap: the system is told that it will be a stack. */
void *uk_musl_map_stack(void *start, size_t length, int protection, int flags, int descriptor,
			off_t offset)
{
	return __mmap(start, length, protection, flags | MAP_STACK, descriptor, offset);
}

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
