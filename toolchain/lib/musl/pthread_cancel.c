/*
 * pthread_cancel(). Threads are switched only where they wait, so a request is seen before or
 * after a system call, never in the middle of one: no signal handler has to find out where the
 * thread was. A wait that the thread is in ends early.
 */
#include <uk/clone.h>
#include "pthread_impl.h"
#include "lock.h"
#include "syscall.h"

hidden long __cancel(void);
hidden void __testcancel(void);

/* For those who catch a cancelled wait themselves (pthread_cond_wait). */
long __cancel(void)
{
	pthread_t self = __pthread_self();
	if (self->canceldisable == PTHREAD_CANCEL_ENABLE || self->cancelasync)
		pthread_exit(PTHREAD_CANCELED);
	self->canceldisable = PTHREAD_CANCEL_DISABLE;
	return -ECANCELED;
}

void __testcancel(void)
{
	pthread_t self = __pthread_self();
	if (self->cancel && !self->canceldisable)
		__cancel();
}

long __cancel_before(int closing)
{
	pthread_t self = __pthread_self();
	if (!self->cancel || self->canceldisable == PTHREAD_CANCEL_DISABLE)
		return 0;
	if (closing && self->canceldisable != PTHREAD_CANCEL_ENABLE)
		return 0;
	return __cancel();
}

long __cancel_after(long result)
{
	pthread_t self = __pthread_self();
	if (result == -EINTR && self->cancel && self->canceldisable != PTHREAD_CANCEL_DISABLE)
		return __cancel();
	return result;
}

int pthread_cancel(pthread_t thread)
{
	a_store(&thread->cancel, 1);
	if (thread == __pthread_self()) {
		if (thread->canceldisable == PTHREAD_CANCEL_ENABLE && thread->cancelasync)
			pthread_exit(PTHREAD_CANCELED);
		return 0;
	}
	LOCK(thread->killlock);
	if (thread->tid)
		uk_interrupt(thread->tid);
	UNLOCK(thread->killlock);
	return 0;
}
