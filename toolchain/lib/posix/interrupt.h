/* The way from an interrupted wait to the signal handlers, which only programs that send
 * signals between threads contain. */
#ifndef UK_POSIX_INTERRUPT_H
#define UK_POSIX_INTERRUPT_H

#include <stdbool.h>
#include <uk/interrupt.h>

/* Returns whether handlers ran and all of them want the interrupted call to go on. */
extern bool (*posix_deliver_signals)(void);

/* Sends SIGTERM to the process, once, however often it is called; to be called until a thread has
 * taken it. Returns whether it ended a wait. Only in images with handlers. */
__attribute__((weak)) bool posix_send_termination(void);

#endif
