/*
 * Waiting for signals, and the stack for their handlers.
 */
#include "thread.h"
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <uk/interrupt.h>
#include <uk/plat.h>
#include <uk/signals.h>
#include <uk/syscalls.h>

#define SECOND 1000000000ULL

/* Until a handler has run. */
static long wait_for_handler(void)
{
	struct uk_wait_queue nobody_wakes = {0};
	while (uk_wait(&nobody_wakes, UINT64_MAX) != -EINTR)
		;
	return uk_interrupted();
}

long uk_sys_pause(void)
{
	return wait_for_handler();
}

long uk_sys_rt_sigsuspend(long mask, long size)
{
	struct posix_thread *self = posix_thread_current();
	if (size != sizeof(uint64_t))
		return -EINVAL;
	uint64_t before = self->blocked;
	uint64_t wanted = *(const uint64_t *)mask;
	long result = -EINTR;
	if (self->pending & ~wanted) {
		uk_sys_rt_sigprocmask(SIG_SETMASK, mask, 0, size);
	} else {
		self->blocked = wanted;
		result = wait_for_handler();
	}
	/* A handler that has yet to run needs its signal let through. */
	if (&uk_signals_deferred)
		self->blocked_later = before, self->is_blocked_later = true;
	else
		self->blocked = before;
	return result;
}

static int take_pending(struct posix_thread *self, uint64_t set)
{
	uint64_t ready = self->pending & set;
	if (!ready)
		return 0;
	int signal = __builtin_ctzll(ready) + 1;
	self->pending &= ~(1ULL << (signal - 1));
	return signal;
}

long uk_sys_rt_sigtimedwait(long set, long information, long timeout, long size)
{
	struct posix_thread *self = posix_thread_current();
	const struct timespec *limit = (const struct timespec *)timeout;
	struct uk_wait_queue nobody_wakes = {0};
	uint64_t wanted = *(const uint64_t *)set, deadline = UINT64_MAX;
	if (size != sizeof(uint64_t))
		return -EINVAL;
	if (limit) {
		if (limit->tv_sec < 0 || limit->tv_nsec < 0 || limit->tv_nsec >= (long)SECOND)
			return -EINVAL;
		if (limit->tv_sec < INT64_MAX / (long)SECOND / 2)
			deadline = uk_clock_monotonic() + (uint64_t)limit->tv_sec * SECOND +
				   (uint64_t)limit->tv_nsec;
	}
	int signal, error = 0;
	while (!(signal = take_pending(self, wanted)) && !error) {
		self->awaited = wanted;
		error = uk_wait(&nobody_wakes, deadline);
		self->awaited = 0;
		if (error == -EINTR && (self->pending & wanted))
			error = 0;
	}
	if (!signal)
		return error == -ETIMEDOUT ? -EAGAIN : uk_interrupted();
	if (information)
		*(siginfo_t *)information = (siginfo_t){.si_signo = signal, .si_code = SI_USER};
	return signal;
}

/* Handlers that are called like functions run on the stack of the call that delivers them, so
 * there another one is only recorded as absent: asking works, setting does not. */
long uk_sys_sigaltstack(long new, long old)
{
	struct posix_thread *self = posix_thread_current();
	const stack_t *wanted = (const stack_t *)new;
	bool is_off = !wanted || (wanted->ss_flags & SS_DISABLE);
	if (!is_off && !&uk_signals_deferred)
		return -ENOSYS;
	if (!is_off && wanted->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	stack_t before = {.ss_sp = self->signal_stack,
			  .ss_size = self->signal_stack_bytes,
			  .ss_flags = self->signal_stack_bytes ? 0 : SS_DISABLE};
	if (wanted) {
		self->signal_stack = is_off ? NULL : wanted->ss_sp;
		self->signal_stack_bytes = is_off ? 0 : wanted->ss_size;
	}
	if (old)
		*(stack_t *)old = before;
	return 0;
}
