/*
 * Threads and waiting, on one processor. A thread runs until it waits, yields or ends.
 *
 * When no thread can run, the scheduler calls the pollers (network, timers); if none made
 * progress it waits in uk_plat_wait() until the earliest timer. The last thread to wait does
 * this on its own stack, so a lone server thread never pays for a context switch.
 */
#ifndef UK_SCHED_H
#define UK_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uk_thread;

/* A list of threads waiting for the same thing. Zero-initialised is empty. */
struct uk_waiter;
struct uk_wait_queue {
	struct uk_waiter *first, *last;
};

struct uk_thread *uk_thread_current(void);
int uk_thread_id(const struct uk_thread *thread); /* 1 for the first */

/*
 * Starts a thread at entry(argument) on a stack of its own with a guard page, or, when
 * stack_top is given, on the caller's. tls is its thread pointer (0: inherits none).
 * `at_exit` (may be NULL) runs on another stack after the thread has ended.
 * Returns NULL when memory is out.
 */
struct uk_thread *uk_thread_create(void (*entry)(void *), void *argument, void *stack_top,
				   uintptr_t tls, void (*at_exit)(void *), void *at_exit_argument);
_Noreturn void uk_thread_exit(void);
/* Replaces what runs after the current thread has ended. */
void uk_thread_at_exit(void (*function)(void *), void *argument);
void uk_yield(void);

/*
 * Waits to be woken until a monotonic deadline in ns (UINT64_MAX: for ever).
 * Returns 0 when woken, -ETIMEDOUT at the deadline, -EINTR after uk_thread_interrupt(), which a
 * system call passes on (see uk/interrupt.h). May run pollers, so the condition the caller
 * waits for MUST be checked again in a loop.
 */
int uk_wait(struct uk_wait_queue *queue, uint64_t deadline);
/* Ends a thread's wait, which then returns -EINTR; false when it does not wait. */
bool uk_thread_interrupt(struct uk_thread *thread);
/* Makes up to `count` waiters runnable, first come first served; returns how many. */
size_t uk_wake(struct uk_wait_queue *queue, size_t count);
#define UK_WAKE_ALL SIZE_MAX

/* Runs every poller once; true if one made progress. Cheap when there is nothing to do. */
bool uk_poll(void);

/* A source of events looked at before the processor idles. */
struct uk_poller {
	/* Does what there is to do and returns how much it was (packets, say); MUST NOT wait. */
	unsigned (*poll)(struct uk_poller *self);
	/* Right before the processor waits: asks for an interrupt when there is something to do;
	 * false when there is already. NULL: interrupts come unasked. */
	bool (*arm)(struct uk_poller *self);
	struct uk_poller *next;
};
void uk_poller_add(struct uk_poller *poller);

#endif
