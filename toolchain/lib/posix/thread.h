/* What this library keeps for each thread. */
#ifndef UK_POSIX_THREAD_H
#define UK_POSIX_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/sched.h>

struct posix_thread {
	struct posix_thread *next; /* in its bucket */
	struct uk_thread *scheduled;
	int id;
	char name[16];
	int *clear_id; /* zeroed and woken when the thread has ended */
	int (*entry)(void *);
	void *argument;
	void *unmap_address; /* its own stack, when nobody will join it */
	size_t unmap_length;
	uint64_t blocked, pending; /* signals, bit number - 1 */
	uint64_t awaited;	   /* by sigtimedwait and the like */
	/* Where handlers interrupt the program (uk/signals.h): the mask once they have run, if
	 * there is one; and the stack that is set aside for them. */
	uint64_t blocked_later;
	bool is_blocked_later;
	void *signal_stack;
	size_t signal_stack_bytes;
};

struct posix_thread *posix_thread_current(void);
/* NULL: no such thread. */
struct posix_thread *posix_thread_find(int id);
/* The first one for which accept() is true, or NULL. */
struct posix_thread *posix_thread_search(bool (*accept)(const struct posix_thread *, uint64_t),
					 uint64_t argument);

#endif
