/* What this library keeps for each thread. */
#ifndef UK_POSIX_THREAD_H
#define UK_POSIX_THREAD_H

#include <stddef.h>
#include <stdint.h>
#include <uk/sched.h>

struct posix_thread {
	struct posix_thread *next; /* in its bucket */
	struct uk_thread *scheduled;
	int id;
	int *clear_id; /* zeroed and woken when the thread has ended */
	int (*entry)(void *);
	void *argument;
	void *unmap_address; /* its own stack, when nobody will join it */
	size_t unmap_length;
	uint64_t blocked, pending; /* signals, bit number - 1 */
};

struct posix_thread *posix_thread_current(void);
/* NULL: no such thread. */
struct posix_thread *posix_thread_find(int id);

#endif
