/* What a system call does when its wait was ended by a signal or a request to cancel. */
#ifndef UK_INTERRUPT_H
#define UK_INTERRUPT_H

/* Runs the handlers of the calling thread's pending signals. Returns -EINTR, which the system
 * call then returns; with it libc looks whether the thread is to be cancelled. */
int uk_interrupted(void);

/* The same for calls that SA_RESTART lets go on, which are those that transfer without a time
 * limit: 0 when it is to wait again. */
int uk_interrupted_or_on(void);

#endif
