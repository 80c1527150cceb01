/* Waiting for any of several files: what poll and select are made of. */
#ifndef UK_POLL_WAITS_H
#define UK_POLL_WAITS_H

#include <stdint.h>
#include <uk/file.h>

struct wait_entry {
	struct uk_file_watch watch;
	struct waiter *waiter;
	struct uk_file *file; /* NULL: not open, or not to be looked at */
	unsigned wanted;      /* POLLIN, … ; errors and hang-ups always count */
	unsigned found;
};

/*
 * Waits until one of the entries has an event or the deadline has passed. Fills in `found` of
 * each and returns how many have any, or -EINTR. Holds the files meanwhile.
 */
int wait_for_any(struct wait_entry *entries, size_t count, uint64_t deadline);

#endif
