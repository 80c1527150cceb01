/* The way from an interrupted wait to the signal handlers, which only programs that send
 * signals between threads contain. */
#ifndef UK_POSIX_INTERRUPT_H
#define UK_POSIX_INTERRUPT_H

#include <uk/interrupt.h>

extern void (*posix_deliver_signals)(void);

#endif
