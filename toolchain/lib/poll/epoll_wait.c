/* Waiting on an epoll set, in time proportional to what is ready. */
#include <errno.h>
#include <poll.h>
#include <uk/interrupt.h>
#include <uk/poll.h>
#include <uk/sched.h>
#include <uk/syscalls.h>
#include "deadline.h"
#include "epoll.h"

#define OPTIONS (EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP)
/* A program that always finds something ready must not keep the network from being looked
 * at. */
#define LOOK_AT_NETWORK_AFTER 16

unsigned uk_poll_batch;

/* Takes up to `most` events off the ready list. Those that are not edge-triggered go back to
 * its end: whether they still hold is found out when somebody waits again. */
static int collect(struct epoll_set *set, struct epoll_event *events, int most)
{
	struct epoll_item *last = set->ready_last, *item = set->ready_first, *next;
	int count = 0;

	for (; item != NULL && count < most; item = next) {
		bool was_last = item == last;

		next = item->ready_next;
		unsigned wanted = (item->events & ~(unsigned)OPTIONS) | EPOLLERR | EPOLLHUP;
		unsigned found = uk_file_events(item->file) & wanted;

		epoll_unmark_ready(item);
		if (found != 0 && !item->disabled) {
			events[count].events = found;
			events[count].data = item->data;
			count++;
			if (item->events & EPOLLONESHOT)
				item->disabled = true;
			else if (!(item->events & EPOLLET))
				epoll_mark_ready(item);
		}
		if (was_last)
			break;
	}
	return count;
}

static long wait(long descriptor, struct epoll_event *events, long most, uint64_t deadline)
{
	static unsigned calls;
	int error = 0;
	struct epoll_set *set = epoll_get((int)descriptor, &error);

	if (set == NULL)
		return error;
	if (most <= 0)
		return -EINVAL;
	uk_poll_batch = 0;
	if (++calls % LOOK_AT_NETWORK_AFTER == 0)
		uk_poll();
	int count = collect(set, events, (int)most);

	if (count == 0 && uk_poll())
		count = collect(set, events, (int)most);
	uk_file_hold(&set->file);
	while (count == 0 && deadline != 0) {
		error = 0;
		if (set->ready_first == NULL)
			error = uk_wait(&set->file.waiting, deadline);
		count = collect(set, events, (int)most);
		if (error != 0)
			break;
	}
	uk_file_release(&set->file);
	if (count == 0 && deadline != 0 && error == -EINTR)
		return uk_interrupted();
	uk_poll_batch = (unsigned)count;
	return count;
}

long uk_sys_epoll_wait(long set, long events, long most, long timeout_ms)
{
	return wait(set, (struct epoll_event *)events, most, deadline_from_ms((int)timeout_ms));
}

long uk_sys_epoll_pwait(long set, long events, long most, long timeout_ms, long mask,
			long mask_size)
{
	(void)mask; /* signals come only from the guest's own threads */
	(void)mask_size;
	return uk_sys_epoll_wait(set, events, most, timeout_ms);
}

long uk_sys_epoll_pwait2(long set, long events, long most, long timeout, long mask,
			 long mask_size)
{
	uint64_t deadline;
	int error = deadline_from_timespec(&deadline, (const struct timespec *)timeout);

	(void)mask;
	(void)mask_size;
	return error != 0 ? error : wait(set, (struct epoll_event *)events, most, deadline);
}
