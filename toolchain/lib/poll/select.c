/* select and pselect6. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <uk/mem.h>
#include <uk/syscalls.h>
#include "deadline.h"
#include "waits.h"

#define READABLE (POLLIN | POLLRDNORM | POLLHUP | POLLERR)
#define WRITABLE (POLLOUT | POLLWRNORM | POLLERR)
#define EXCEPTIONAL POLLPRI

static bool in(const fd_set *set, int descriptor)
{
	return set != NULL && FD_ISSET(descriptor, set);
}

/* Leaves the descriptor in the set only if its event is there; returns 1 then. */
static long keep(fd_set *set, int descriptor, bool event)
{
	if (!in(set, descriptor))
		return 0;
	if (!event)
		FD_CLR(descriptor, set);
	return event;
}

static long wait(int end, fd_set *readable, fd_set *writable, fd_set *exceptional,
		 uint64_t deadline)
{
	size_t count = 0, next = 0;
	long ready = 0;

	if (end < 0 || end > FD_SETSIZE)
		return -EINVAL;
	for (int i = 0; i < end; i++) {
		if (!in(readable, i) && !in(writable, i) && !in(exceptional, i))
			continue;
		if (uk_fd_get(i) == NULL)
			return -EBADF;
		count++;
	}
	struct wait_entry *entries = uk_alloc((count + 1) * sizeof(*entries));

	if (entries == NULL)
		return -ENOMEM;
	for (int i = 0; i < end; i++) {
		unsigned wanted = (in(readable, i) ? READABLE : 0) |
				  (in(writable, i) ? WRITABLE : 0) |
				  (in(exceptional, i) ? EXCEPTIONAL : 0);

		if (wanted != 0)
			entries[next++] =
				(struct wait_entry){.file = uk_fd_get(i), .wanted = wanted};
	}
	int result = wait_for_any(entries, count, deadline);

	if (result < 0)
		end = 0; /* the sets stay as they are */
	next = 0;
	for (int i = 0; i < end; i++) {
		if (!in(readable, i) && !in(writable, i) && !in(exceptional, i))
			continue;
		unsigned found = entries[next++].found;

		ready += keep(readable, i, (found & READABLE) != 0);
		ready += keep(writable, i, (found & WRITABLE) != 0);
		ready += keep(exceptional, i, (found & EXCEPTIONAL) != 0);
	}
	uk_free(entries);
	return result < 0 ? result : ready;
}

long uk_sys_select(long end, long readable, long writable, long exceptional, long timeout)
{
	struct timeval *time = (struct timeval *)timeout;
	uint64_t deadline = UINT64_MAX;

	if (time != NULL) {
		if (time->tv_sec < 0 || time->tv_usec < 0)
			return -EINVAL;
		deadline = deadline_after((uint64_t)time->tv_sec,
					  (uint64_t)time->tv_usec * NS_PER_MICROSECOND);
	}
	return wait((int)end, (fd_set *)readable, (fd_set *)writable, (fd_set *)exceptional,
		    deadline);
}

long uk_sys_pselect6(long end, long readable, long writable, long exceptional, long timeout,
		     long mask)
{
	uint64_t deadline;
	int error = deadline_from_timespec(&deadline, (const struct timespec *)timeout);

	(void)mask; /* see ppoll */
	return error != 0 ? error
			  : wait((int)end, (fd_set *)readable, (fd_set *)writable,
				 (fd_set *)exceptional, deadline);
}
