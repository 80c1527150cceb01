/* epoll sets: what is watched, found by descriptor, and which of it has had events. */
#include "epoll.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/syscalls.h>

/* EPOLLEXCLUSIVE and EPOLLWAKEUP are accepted: with one processor there is no herd to spare,
 * and nothing sleeps. */
#define OPTIONS (EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP)
#define NESTING_MAX 5

static const struct uk_file_ops epoll_ops;

struct epoll_set *epoll_get(int descriptor, int *error)
{
	struct uk_file *file = uk_fd_get(descriptor);

	*error = file == NULL ? -EBADF : file->ops != &epoll_ops ? -EINVAL : 0;
	return *error == 0 ? (struct epoll_set *)file : NULL;
}

void epoll_mark_ready(struct epoll_item *item)
{
	struct epoll_set *set = item->set;

	if (item->ready)
		return;
	item->ready = true;
	item->ready_next = NULL;
	item->ready_previous = set->ready_last;
	if (set->ready_last != NULL)
		set->ready_last->ready_next = item;
	else
		set->ready_first = item;
	set->ready_last = item;
}

void epoll_unmark_ready(struct epoll_item *item)
{
	struct epoll_set *set = item->set;

	if (!item->ready)
		return;
	item->ready = false;
	if (item->ready_previous != NULL)
		item->ready_previous->ready_next = item->ready_next;
	else
		set->ready_first = item->ready_next;
	if (item->ready_next != NULL)
		item->ready_next->ready_previous = item->ready_previous;
	else
		set->ready_last = item->ready_previous;
}

static void forget(struct epoll_item *item)
{
	struct epoll_set *set = item->set;

	epoll_unmark_ready(item);
	uk_file_unwatch(&item->watch);
	if (item->descriptor < set->by_descriptor_length &&
	    set->by_descriptor[item->descriptor] == item)
		set->by_descriptor[item->descriptor] = NULL;
	if (item->all_previous != NULL)
		item->all_previous->all_next = item->all_next;
	else
		set->all = item->all_next;
	if (item->all_next != NULL)
		item->all_next->all_previous = item->all_previous;
	uk_free(item);
}

static void notified(struct uk_file_watch *watch, unsigned events)
{
	struct epoll_item *item = (struct epoll_item *)watch;

	if (watch->file == NULL) {
		forget(item); /* the file is closed for good */
		return;
	}
	if (item->disabled || !(events & (item->events | EPOLLERR | EPOLLHUP)))
		return;
	epoll_mark_ready(item);
	uk_file_notify(&item->set->file, POLLIN | POLLRDNORM);
}

static long create(int flags)
{
	struct epoll_set *set;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	set = uk_zalloc(sizeof(*set));
	if (set == NULL)
		return -ENOMEM;
	uk_file_init(&set->file, &epoll_ops, O_RDWR);
	int descriptor = uk_fd_install(&set->file, 0, flags != 0);

	if (descriptor < 0)
		uk_file_release(&set->file);
	return descriptor;
}

long uk_sys_epoll_create1(long flags)
{
	return create((int)flags);
}

long uk_sys_epoll_create(long size)
{
	return size <= 0 ? -EINVAL : create(0);
}

static struct epoll_item *find(const struct epoll_set *set, int descriptor,
			       const struct uk_file *file)
{
	if (descriptor >= set->by_descriptor_length)
		return NULL;
	struct epoll_item *item = set->by_descriptor[descriptor];

	/* The descriptor may have become another file's while the first lives on elsewhere. */
	return item != NULL && item->file == file ? item : NULL;
}

static bool make_room(struct epoll_set *set, int descriptor)
{
	int length = set->by_descriptor_length > 0 ? set->by_descriptor_length : 16;

	if (descriptor < set->by_descriptor_length)
		return true;
	while (length <= descriptor)
		length *= 2;
	struct epoll_item **grown = uk_zalloc((size_t)length * sizeof(struct epoll_item *));

	if (grown == NULL)
		return false;
	if (set->by_descriptor != NULL)
		memcpy(grown, set->by_descriptor,
		       (size_t)set->by_descriptor_length * sizeof(struct epoll_item *));
	uk_free(set->by_descriptor);
	set->by_descriptor = grown;
	set->by_descriptor_length = length;
	return true;
}

/* Is `sought` among what `set` watches, directly or through sets in it? */
static bool contains(const struct epoll_set *set, const struct uk_file *sought, int depth)
{
	if (depth > NESTING_MAX)
		return true;
	for (const struct epoll_item *item = set->all; item != NULL; item = item->all_next) {
		if (item->file == sought)
			return true;
		if (item->file->ops == &epoll_ops &&
		    contains((const struct epoll_set *)item->file, sought, depth + 1))
			return true;
	}
	return false;
}

/* An event that is there already counts as one that has just come. */
static void look(struct epoll_item *item)
{
	if (uk_file_events(item->file) & (item->events | EPOLLERR | EPOLLHUP)) {
		epoll_mark_ready(item);
		uk_file_notify(&item->set->file, POLLIN | POLLRDNORM);
	}
}

static long add(struct epoll_set *set, int descriptor, struct uk_file *file,
		const struct epoll_event *event)
{
	if (file->ops == &epoll_ops && contains((struct epoll_set *)file, &set->file, 1))
		return -ELOOP;
	struct epoll_item *item = uk_zalloc(sizeof(*item));

	if (item == NULL || !make_room(set, descriptor)) {
		uk_free(item);
		return -ENOMEM;
	}
	item->file = file;
	item->set = set;
	item->descriptor = descriptor;
	item->events = event->events;
	item->data = event->data;
	item->watch.notify = notified;
	item->all_next = set->all;
	if (set->all != NULL)
		set->all->all_previous = item;
	set->all = item;
	set->by_descriptor[descriptor] = item;
	uk_file_watch(file, &item->watch);
	look(item);
	return 0;
}

static long modify(struct epoll_item *item, const struct epoll_event *event)
{
	item->events = event->events;
	item->data = event->data;
	item->disabled = false;
	epoll_unmark_ready(item);
	look(item);
	return 0;
}

long uk_sys_epoll_ctl(long set_descriptor, long operation, long descriptor, long event)
{
	int error;
	struct epoll_set *set = epoll_get((int)set_descriptor, &error);
	struct uk_file *file = uk_fd_get((int)descriptor);
	const struct epoll_event *wanted = (const struct epoll_event *)event;

	if (error == -EBADF || file == NULL)
		return -EBADF;
	if (set == NULL || file == &set->file)
		return -EINVAL;
	/* Files without events of their own are always ready: Linux refuses them. */
	if (file->ops->events == NULL)
		return -EPERM;
	if (operation != EPOLL_CTL_DEL && wanted == NULL)
		return -EFAULT;
	struct epoll_item *item = find(set, (int)descriptor, file);

	switch (operation) {
	case EPOLL_CTL_ADD:
		return item != NULL ? -EEXIST : add(set, (int)descriptor, file, wanted);
	case EPOLL_CTL_MOD:
		return item == NULL ? -ENOENT : modify(item, wanted);
	case EPOLL_CTL_DEL:
		if (item == NULL)
			return -ENOENT;
		forget(item);
		return 0;
	default:
		return -EINVAL;
	}
}

/* A set is readable while something in it has an event that it asked for. */
static unsigned events(struct uk_file *file)
{
	struct epoll_set *set = (struct epoll_set *)file;

	for (struct epoll_item *item = set->ready_first; item != NULL; item = item->ready_next) {
		if (uk_file_events(item->file) & ((item->events & ~OPTIONS) | EPOLLERR | EPOLLHUP))
			return POLLIN | POLLRDNORM;
	}
	return 0;
}

static void release(struct uk_file *file)
{
	struct epoll_set *set = (struct epoll_set *)file;

	while (set->all != NULL)
		forget(set->all);
	uk_free(set->by_descriptor);
	uk_free(set);
}

static const struct uk_file_ops epoll_ops = {
	.events = events,
	.release = release,
};
