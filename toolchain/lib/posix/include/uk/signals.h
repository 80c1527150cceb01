/*
 * For a library that delivers signals itself: by interrupting the program where it is. It defines
 * uk_signals_deferred; then system calls only end early, and signals stay pending until they are
 * taken. In other images handlers are called by the system calls that signals end.
 */
#ifndef UK_SIGNALS_H
#define UK_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char uk_signals_deferred __attribute__((weak));

/* A signal whose handler is to be entered. */
struct uk_signal {
	int number;
	unsigned long flags; /* SA_… */
	void *handler, *restorer;
	uint64_t mask_before;	/* for when it has returned */
	uintptr_t stack_start;	/* the stack set aside for handlers */
	size_t stack_bytes;	/* 0: none */
};

/* False: nobody has sent a signal yet. Cheap. */
bool uk_signals_may_be_pending(void);
/* Of the last interrupted system call: whether SA_RESTART lets it go on. */
extern bool uk_signals_restart;

/* Takes the current thread's next signal that has a handler and is not blocked, and blocks what
 * its action asks for. False: there is none. */
bool uk_signal_take(struct uk_signal *signal);
/* The same for a signal that the thread has just caused. False: blocked, or without handler. */
bool uk_signal_force(int number, struct uk_signal *signal);
/* Whether a handler would take it in the current thread. Usable inside of traps. */
bool uk_signal_is_handled(int number);
void uk_signal_set_mask(uint64_t mask);
/* The signal for an exception of the processor; 0: none. */
int uk_signal_of_exception(unsigned vector);

#endif
