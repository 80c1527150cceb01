/* Waking the threads that wait for a word of memory. */
#ifndef UK_POSIX_FUTEX_H
#define UK_POSIX_FUTEX_H

#include <stdint.h>

/* Wakes up to `count` of those that wait with one of the bits; returns how many. */
long uk_futex_wake(const volatile int *word, int count, uint32_t bits);

#endif
