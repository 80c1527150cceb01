/*
 * Pipes: a ring of bytes with a reading and a writing end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <uk/interrupt.h>
#include <uk/mem.h>
#include <uk/syscalls.h>
#include <uk/file.h>

#define CAPACITY ((size_t)CONFIG_VFS_PIPE_BYTES)

struct pipe_end {
	struct uk_file file; /* first */
	struct pipe *pipe;
};

struct pipe {
	struct pipe_end reader, writer;
	bool reader_open, writer_open;
	size_t start, used; /* bytes: where the oldest is, how many */
	char bytes[CAPACITY];
};

static struct pipe *pipe_of(struct uk_file *file)
{
	return ((struct pipe_end *)file)->pipe;
}

/* Moves up to length bytes between the ring, from `at` on, and a buffer. */
static void copy(struct pipe *pipe, size_t at, char *buffer, size_t length, bool into_pipe)
{
	while (length) {
		at %= CAPACITY;
		size_t part = CAPACITY - at < length ? CAPACITY - at : length;
		if (into_pipe)
			memcpy(pipe->bytes + at, buffer, part);
		else
			memcpy(buffer, pipe->bytes + at, part);
		at += part;
		buffer += part;
		length -= part;
	}
}

static ssize_t pipe_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset)
{
	struct pipe *pipe = pipe_of(file);
	ssize_t total = 0;
	(void)offset;
	while (!pipe->used) {
		if (!pipe->writer_open)
			return 0;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (uk_wait(&file->waiting, UINT64_MAX) && uk_interrupted_or_on())
			return -EINTR;
	}
	for (int i = 0; i < count && pipe->used; i++) {
		size_t part = vectors[i].iov_len < pipe->used ? vectors[i].iov_len : pipe->used;
		copy(pipe, pipe->start, vectors[i].iov_base, part, false);
		pipe->start = (pipe->start + part) % CAPACITY;
		pipe->used -= part;
		total += (ssize_t)part;
	}
	if (pipe->writer_open && total)
		uk_file_notify(&pipe->writer.file, POLLOUT | POLLWRNORM);
	return total;
}

/* Waits for room: for all of a write that must not be torn, else for any. */
static int wait_for_room(struct uk_file *file, struct pipe *pipe, size_t length)
{
	size_t needed = length <= PIPE_BUF ? length : 1;
	while (pipe->reader_open && CAPACITY - pipe->used < needed) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (uk_wait(&file->waiting, UINT64_MAX) && uk_interrupted_or_on())
			return -EINTR;
	}
	/* Linux would send SIGPIPE as well, which servers have to ignore first. */
	return pipe->reader_open ? 0 : -EPIPE;
}

static ssize_t write_one(struct uk_file *file, struct pipe *pipe, char *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		int error = wait_for_room(file, pipe, length - done);
		if (error)
			return done ? (ssize_t)done : error;
		size_t room = CAPACITY - pipe->used;
		size_t part = length - done < room ? length - done : room;
		copy(pipe, pipe->start + pipe->used, bytes + done, part, true);
		pipe->used += part;
		done += part;
		uk_file_notify(&pipe->reader.file, POLLIN | POLLRDNORM);
	}
	return (ssize_t)done;
}

static ssize_t pipe_write(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	struct pipe *pipe = pipe_of(file);
	ssize_t total = 0;
	(void)offset;
	for (int i = 0; i < count; i++) {
		ssize_t done = write_one(file, pipe, vectors[i].iov_base, vectors[i].iov_len);
		if (done < 0)
			return total ? total : done;
		total += done;
		if ((size_t)done < vectors[i].iov_len)
			break;
	}
	return total;
}

static unsigned reader_events(struct uk_file *file)
{
	struct pipe *pipe = pipe_of(file);
	return (pipe->used ? POLLIN | POLLRDNORM : 0) | (pipe->writer_open ? 0 : POLLHUP);
}

static unsigned writer_events(struct uk_file *file)
{
	struct pipe *pipe = pipe_of(file);
	if (!pipe->reader_open)
		return POLLERR | POLLOUT | POLLWRNORM;
	return CAPACITY - pipe->used >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
}

static int pipe_stat(struct uk_file *file, struct stat *status)
{
	(void)file;
	*status = (struct stat){.st_mode = S_IFIFO | 0600, .st_nlink = 1, .st_blksize = PIPE_BUF};
	return 0;
}

static long pipe_ioctl(struct uk_file *file, unsigned long request, void *argument)
{
	if (request != FIONREAD)
		return -ENOTTY;
	*(int *)argument = (int)pipe_of(file)->used;
	return 0;
}

static void pipe_release(struct uk_file *file)
{
	struct pipe *pipe = pipe_of(file);
	bool is_reader = file == &pipe->reader.file;
	if (is_reader)
		pipe->reader_open = false;
	else
		pipe->writer_open = false;
	if (!pipe->reader_open && !pipe->writer_open)
		uk_free(pipe);
	else if (is_reader)
		uk_file_notify(&pipe->writer.file, POLLERR | POLLOUT);
	else
		uk_file_notify(&pipe->reader.file, POLLHUP);
}

static const struct uk_file_ops reader_ops = {
	.read = pipe_read,
	.events = reader_events,
	.stat = pipe_stat,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

static const struct uk_file_ops writer_ops = {
	.write = pipe_write,
	.events = writer_events,
	.stat = pipe_stat,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

long uk_sys_pipe2(long descriptors, long flags)
{
	int *ends = (int *)descriptors;
	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	struct pipe *pipe = uk_alloc(sizeof(*pipe));
	if (!pipe)
		return -ENFILE;
	pipe->start = pipe->used = 0;
	pipe->reader_open = pipe->writer_open = true;
	pipe->reader.pipe = pipe->writer.pipe = pipe;
	uk_file_init(&pipe->reader.file, &reader_ops, O_RDONLY | (flags & O_NONBLOCK));
	uk_file_init(&pipe->writer.file, &writer_ops, O_WRONLY | (flags & O_NONBLOCK));

	int reader = uk_fd_install(&pipe->reader.file, 0, flags & O_CLOEXEC);
	if (reader < 0) {
		uk_free(pipe);
		return reader;
	}
	int writer = uk_fd_install(&pipe->writer.file, 0, flags & O_CLOEXEC);
	if (writer < 0) {
		pipe->writer_open = false;
		uk_fd_close(reader);
		return writer;
	}
	ends[0] = reader;
	ends[1] = writer;
	return 0;
}

long uk_sys_pipe(long descriptors)
{
	return uk_sys_pipe2(descriptors, 0);
}
