/* What the files of the scheduler share. */
#ifndef UK_SCHEDULER_H
#define UK_SCHEDULER_H

#include <uk/sched.h>

struct uk_thread {
	void *context; /* where its registers are saved, while it does not run */
	uintptr_t tls;
	struct uk_thread *next; /* among those that can run */
	struct uk_waiter *waiter; /* while it waits */
	int id;
	void *stack; /* its own, guard page included, or NULL */
	void (*at_exit)(void *);
	void *at_exit_argument;
};

extern struct uk_thread *uk_sched_current;
/* The first of the threads that can run, in the order in which they will. */
extern struct uk_thread *uk_sched_first;

void uk_sched_make_runnable(struct uk_thread *thread);
/* Runs the first runnable thread. Returns when the caller is made runnable and its turn comes. */
void uk_sched_switch(void);
/* Lets pollers and timers work until a thread is runnable or *done. */
void uk_sched_idle(const volatile bool *done);
/* Runs the first runnable thread, forgetting the caller's context. */
_Noreturn void uk_sched_leave(void);

/* context.S: saves the registers that a call preserves at *save and continues with another's. */
void uk_context_switch(void **save, void *load);
_Noreturn void uk_context_load(void *load);
/* Calls entry(argument) on another stack, for ever. */
_Noreturn void uk_context_call(void (*entry)(void *), void *argument, void *stack_top);
/* Prepares a stack: uk_context_switch() to the result calls entry(argument), which must not
 * return. The floating-point settings are the caller's. */
void *uk_context_make(void *stack_top, void (*entry)(void *), void *argument);

#endif
