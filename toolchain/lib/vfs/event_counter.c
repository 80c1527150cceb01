/*
 * eventfd: a counter that can be waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <uk/file.h>
#include <uk/interrupt.h>
#include <uk/mem.h>
#include <uk/syscalls.h>

struct event_counter {
	struct uk_file file; /* first */
	uint64_t value;
	bool semaphore;
};

/* One more would not be distinguishable from "cannot be written". */
#define MOST (UINT64_MAX - 1)

static ssize_t counter_read(struct uk_file *file, const struct iovec *vectors, int count,
			    off_t *offset)
{
	struct event_counter *counter = (struct event_counter *)file;
	(void)offset;
	if (count < 1 || vectors[0].iov_len < sizeof(uint64_t))
		return -EINVAL;
	while (!counter->value) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (uk_wait(&file->waiting, UINT64_MAX) && uk_interrupted_or_on())
			return -EINTR;
	}
	uint64_t taken = counter->semaphore ? 1 : counter->value;
	counter->value -= taken;
	memcpy(vectors[0].iov_base, &taken, sizeof(taken));
	uk_file_notify(file, POLLOUT | POLLWRNORM);
	return sizeof(taken);
}

static ssize_t counter_write(struct uk_file *file, const struct iovec *vectors, int count,
			     off_t *offset)
{
	struct event_counter *counter = (struct event_counter *)file;
	uint64_t added;
	(void)offset;
	if (count < 1 || vectors[0].iov_len < sizeof(added))
		return -EINVAL;
	memcpy(&added, vectors[0].iov_base, sizeof(added));
	if (added == UINT64_MAX)
		return -EINVAL;
	while (added > MOST - counter->value) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (uk_wait(&file->waiting, UINT64_MAX) && uk_interrupted_or_on())
			return -EINTR;
	}
	counter->value += added;
	if (added)
		uk_file_notify(file, POLLIN | POLLRDNORM);
	return sizeof(added);
}

static unsigned counter_events(struct uk_file *file)
{
	uint64_t value = ((struct event_counter *)file)->value;
	return (value ? POLLIN | POLLRDNORM : 0) | (value < MOST ? POLLOUT | POLLWRNORM : 0);
}

static void counter_release(struct uk_file *file)
{
	uk_free(file);
}

static const struct uk_file_ops ops = {
	.read = counter_read,
	.write = counter_write,
	.events = counter_events,
	.release = counter_release,
};

long uk_sys_eventfd2(long initial, long flags)
{
	if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
		return -EINVAL;
	struct event_counter *counter = uk_zalloc(sizeof(*counter));
	if (!counter)
		return -ENOMEM;
	uk_file_init(&counter->file, &ops, O_RDWR | (flags & EFD_NONBLOCK));
	counter->value = (unsigned)initial;
	counter->semaphore = flags & EFD_SEMAPHORE;
	int descriptor = uk_fd_install(&counter->file, 0, flags & EFD_CLOEXEC);
	if (descriptor < 0)
		uk_file_release(&counter->file);
	return descriptor;
}

long uk_sys_eventfd(long initial)
{
	return uk_sys_eventfd2(initial, 0);
}
