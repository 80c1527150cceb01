/* Looks at files, and if none has an event watches them until one has. */
#include "waits.h"
#include <errno.h>
#include <poll.h>
#include <uk/interrupt.h>
#include <uk/sched.h>

struct waiter {
	struct uk_wait_queue queue;
	bool woken;
};

static int look(struct wait_entry *entries, size_t count)
{
	int ready = 0;

	for (size_t i = 0; i < count; i++) {
		struct wait_entry *entry = &entries[i];

		if (entry->file == NULL)
			continue;
		entry->found =
			uk_file_events(entry->file) & (entry->wanted | POLLERR | POLLHUP);
		if (entry->found != 0)
			ready++;
	}
	return ready;
}

static void notified(struct uk_file_watch *watch, unsigned events)
{
	struct waiter *waiter = ((struct wait_entry *)watch)->waiter;

	(void)events;
	waiter->woken = true;
	uk_wake(&waiter->queue, UK_WAKE_ALL);
}

int wait_for_any(struct wait_entry *entries, size_t count, uint64_t deadline)
{
	struct waiter waiter = {0};
	int ready = look(entries, count), error;

	if (ready != 0)
		return ready;
	/* Perhaps it has arrived but nobody has looked. */
	if (uk_poll())
		ready = look(entries, count);
	if (ready != 0 || deadline == 0)
		return ready;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].file == NULL)
			continue;
		entries[i].waiter = &waiter;
		entries[i].watch.notify = notified;
		uk_file_watch(uk_file_hold(entries[i].file), &entries[i].watch);
	}
	for (;;) {
		error = 0;
		if (!waiter.woken)
			error = uk_wait(&waiter.queue, deadline);
		waiter.woken = false;
		ready = look(entries, count);
		if (ready != 0 || error != 0)
			break;
	}
	for (size_t i = 0; i < count; i++) {
		if (entries[i].file == NULL)
			continue;
		uk_file_unwatch(&entries[i].watch);
		uk_file_release(entries[i].file);
	}
	if (ready == 0 && error == -EINTR)
		return uk_interrupted();
	return ready;
}
