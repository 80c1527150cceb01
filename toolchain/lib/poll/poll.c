/* poll and ppoll. */
#include <errno.h>
#include <poll.h>
#include <uk/mem.h>
#include <uk/syscalls.h>
#include "deadline.h"
#include "waits.h"

#define ON_STACK 16
#define DESCRIPTORS_MAX 65536

static long wait(struct pollfd *descriptors, size_t count, uint64_t deadline)
{
	struct wait_entry few[ON_STACK], *entries = few;
	long ready = 0;
	bool closed = false;

	if (count > DESCRIPTORS_MAX)
		return -EINVAL;
	if (count > ON_STACK) {
		entries = uk_alloc(count * sizeof(*entries));
		if (entries == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		entries[i] = (struct wait_entry){
			.file = descriptors[i].fd < 0 ? NULL : uk_fd_get(descriptors[i].fd),
			.wanted = (unsigned short)descriptors[i].events,
		};
		if (descriptors[i].fd >= 0 && entries[i].file == NULL) {
			entries[i].found = POLLNVAL;
			closed = true;
		}
	}
	/* One that is not open is an event: then nothing is waited for. */
	int result = wait_for_any(entries, count, closed ? 0 : deadline);

	for (size_t i = 0; i < count; i++) {
		descriptors[i].revents = (short)entries[i].found;
		ready += entries[i].found != 0;
	}
	if (entries != few)
		uk_free(entries);
	return result < 0 ? result : ready;
}

long uk_sys_poll(long descriptors, long count, long timeout_ms)
{
	return wait((struct pollfd *)descriptors, (size_t)count,
		    deadline_from_ms((int)timeout_ms));
}

long uk_sys_ppoll(long descriptors, long count, long timeout, long mask, long mask_size)
{
	uint64_t deadline;
	int error = deadline_from_timespec(&deadline, (const struct timespec *)timeout);

	/* Signals come only from the guest's own threads, at calls that look for them. */
	(void)mask;
	(void)mask_size;
	return error != 0 ? error : wait((struct pollfd *)descriptors, (size_t)count, deadline);
}
