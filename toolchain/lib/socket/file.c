/* A socket as an open file: what TCP and UDP have in common. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <uk/plat.h>
#include <uk/interrupt.h>
#include <uk/syscalls.h>
#include "socket.h"

static struct socket *socket_of(struct uk_file *file)
{
	return (struct socket *)file;
}

static int wait_flags(const struct uk_file *file)
{
	return file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

size_t socket_total_length(const struct iovec *vectors, int count)
{
	size_t total = 0;

	for (int i = 0; i < count; i++)
		total += vectors[i].iov_len;
	return total;
}

uint64_t socket_deadline(uint64_t timeout_ns)
{
	return timeout_ns == 0 ? UINT64_MAX : uk_clock_monotonic() + timeout_ns;
}

int socket_wait(struct socket *socket, int flags, uint64_t deadline)
{
	if (flags & MSG_DONTWAIT)
		return -EAGAIN;

	int error = uk_wait(&socket->file.waiting, deadline);

	if (error == -EINTR)
		return deadline == UINT64_MAX ? uk_interrupted_or_on() : uk_interrupted();
	return error == 0 ? 0 : -EAGAIN;
}

int socket_take_error(struct socket *socket)
{
	int error = socket->error;

	socket->error = 0;
	return -error;
}

int socket_broken_pipe(int flags)
{
	if (!(flags & MSG_NOSIGNAL))
		uk_sys_tkill(uk_sys_gettid(), SIGPIPE);
	return -EPIPE;
}

ssize_t socket_file_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset)
{
	struct socket *socket = socket_of(file);

	(void)offset;
	return socket->protocol->receive(socket, vectors, count, wait_flags(file), NULL, NULL);
}

ssize_t socket_file_write(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	struct socket *socket = socket_of(file);

	(void)offset;
	return socket->protocol->send(socket, vectors, count, wait_flags(file), NULL);
}

int socket_file_stat(struct uk_file *file, struct stat *status)
{
	(void)file;
	*status = (struct stat){.st_mode = S_IFSOCK | 0777, .st_nlink = 1, .st_blksize = 4096};
	return 0;
}

long socket_file_ioctl(struct uk_file *file, unsigned long request, void *argument)
{
	struct socket *socket = socket_of(file);

	if (request != FIONREAD)
		return -ENOTTY;
	*(int *)argument = (int)socket->protocol->readable_bytes(socket);
	return 0;
}
