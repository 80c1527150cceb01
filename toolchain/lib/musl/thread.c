/*
 * What musl does in assembly because a kernel is entered: starting a thread, leaving one whose
 * stack goes with it, setting the thread pointer, restoring after a signal.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <uk/clone.h>
#include <uk/plat.h>
#include "pthread_impl.h"

int __clone(int (*entry)(void *), void *stack_top, int flags, void *argument, ...)
{
	va_list list;
	va_start(list, argument);
	int *parent_id = va_arg(list, int *);
	uintptr_t tls = va_arg(list, uintptr_t);
	int *child_id = va_arg(list, int *);
	va_end(list);
	stack_top = (void *)((uintptr_t)stack_top & ~15UL);
	return uk_clone(entry, stack_top, (unsigned)flags, argument, parent_id, tls, child_id);
}

_Noreturn void __unmapself(void *address, size_t length)
{
	uk_exit_unmapping(address, length);
}

int __set_thread_area(void *pointer)
{
	uk_plat_set_tls((uintptr_t)pointer);
	return 0;
}

/* Handlers are called and return like any function; sigaction() only stores the address. */
hidden void __restore(void)
{
}
weak_alias(__restore, __restore_rt);
