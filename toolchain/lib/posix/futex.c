/*
 * futex: waiting until another thread says that a word of memory has changed. Every lock of
 * libc ends here when it is contended. Threads switch only when they wait, so comparing the
 * word and going to sleep is one step without any lock.
 */
#include "futex.h"
#include <errno.h>
#include <limits.h>
#include <time.h>
#include <uk/interrupt.h>
#include <uk/plat.h>
#include <uk/sched.h>
#include <uk/syscalls.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE 128
#define FUTEX_CLOCK_REALTIME 256
#define ANY_BIT 0xffffffffU

/* On the waiting thread's stack. */
struct waiter {
	struct waiter *next;
	const volatile int *word;
	struct uk_wait_queue queue; /* of this one thread, so that it can move between words */
	uint32_t bits;
	bool woken;
};

#define BUCKETS 64
static struct bucket {
	struct waiter *first, *last;
} buckets[BUCKETS];

static struct bucket *bucket_of(const volatile int *word)
{
	uintptr_t key = (uintptr_t)word >> 2;
	return &buckets[(key ^ key >> 6 ^ key >> 14) % BUCKETS];
}

static void append(struct waiter *waiter)
{
	struct bucket *bucket = bucket_of(waiter->word);
	waiter->next = NULL;
	if (bucket->last)
		bucket->last->next = waiter;
	else
		bucket->first = waiter;
	bucket->last = waiter;
}

/* Unlinks and returns the first waiter of a word with one of the bits, or that very waiter. */
static struct waiter *take(const volatile int *word, uint32_t bits, const struct waiter *exactly)
{
	struct bucket *bucket = bucket_of(word);
	struct waiter *previous = NULL;
	for (struct waiter *waiter = bucket->first; waiter;
	     previous = waiter, waiter = waiter->next) {
		if (exactly ? waiter != exactly : waiter->word != word || !(waiter->bits & bits))
			continue;
		if (previous)
			previous->next = waiter->next;
		else
			bucket->first = waiter->next;
		if (bucket->last == waiter)
			bucket->last = previous;
		return waiter;
	}
	return NULL;
}

long uk_futex_wake(const volatile int *word, int count, uint32_t bits)
{
	long woken = 0;
	struct waiter *waiter;
	while (woken < count && (waiter = take(word, bits, NULL))) {
		waiter->woken = true;
		uk_wake(&waiter->queue, 1);
		woken++;
	}
	return woken;
}

static long wait(const volatile int *word, int expected, uint64_t deadline, uint32_t bits)
{
	if (*word != expected)
		return -EAGAIN;
	struct waiter self = {.word = word, .bits = bits};
	append(&self);
	while (!self.woken) {
		int error = uk_wait(&self.queue, deadline);
		if (!error || self.woken)
			continue;
		take(self.word, 0, &self);
		return error == -EINTR ? uk_interrupted() : error;
	}
	return 0;
}

static long requeue(const volatile int *from, int wake, const volatile int *to, int move)
{
	long woken = uk_futex_wake(from, wake, ANY_BIT);
	long moved = 0;
	struct waiter *waiter;
	while (from != to && moved < move && (waiter = take(from, ANY_BIT, NULL))) {
		waiter->word = to;
		append(waiter);
		moved++;
	}
	return woken + moved;
}

/* Monotonic nanoseconds of a timeout; for ever when it is absent. */
static int deadline_of(const struct timespec *timeout, bool absolute, bool realtime,
		       uint64_t *deadline)
{
	*deadline = UINT64_MAX;
	if (!timeout)
		return 0;
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000)
		return -EINVAL;
	if (timeout->tv_sec > INT64_MAX / 1000000000 - 1)
		return 0;
	uint64_t time = (uint64_t)timeout->tv_sec * 1000000000 + (uint64_t)timeout->tv_nsec;
	uint64_t now = uk_clock_monotonic();
	if (!absolute) {
		*deadline = now + time;
	} else if (realtime) {
		uint64_t today = uk_clock_realtime();
		*deadline = time > today ? now + (time - today) : now;
	} else {
		*deadline = time;
	}
	return 0;
}

long uk_sys_futex(long word, long operation, long value, long timeout, long word2, long value3)
{
	const volatile int *first = (const volatile int *)word;
	const volatile int *second = (const volatile int *)word2;
	int command = (int)operation & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME);
	bool realtime = operation & FUTEX_CLOCK_REALTIME;
	uint32_t bits = ANY_BIT;
	uint64_t deadline;
	int error;

	if ((uintptr_t)word % sizeof(int))
		return -EINVAL;
	switch (command) {
	case FUTEX_WAIT_BITSET:
		bits = (uint32_t)value3;
		if (!bits)
			return -EINVAL;
		/* fallthrough */
	case FUTEX_WAIT:
		error = deadline_of((const struct timespec *)timeout, command != FUTEX_WAIT,
				    realtime, &deadline);
		return error ? error : wait(first, (int)value, deadline, bits);
	case FUTEX_WAKE_BITSET:
		bits = (uint32_t)value3;
		if (!bits)
			return -EINVAL;
		/* fallthrough */
	case FUTEX_WAKE:
		return uk_futex_wake(first, (int)value, bits);
	case FUTEX_CMP_REQUEUE:
		if (*first != (int)value3)
			return -EAGAIN;
		/* fallthrough */
	case FUTEX_REQUEUE: /* how many to move comes in the timeout's place */
		return requeue(first, (int)value, second,
			       timeout > INT_MAX ? INT_MAX : (int)timeout);
	default: /* the priority-inheriting ones */
		return -ENOSYS;
	}
}
