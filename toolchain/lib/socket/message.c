/* The system calls that send and receive on sockets. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <uk/plat.h>
#include <uk/syscalls.h>
#include "socket.h"

#define NS_PER_SECOND 1000000000ULL

static int flags_of(const struct socket *socket, long flags)
{
	return (int)flags | (socket->file.flags & O_NONBLOCK ? MSG_DONTWAIT : 0);
}

static ssize_t send_vectors(struct socket *socket, const struct iovec *vectors, int count,
			    long flags, const void *address, size_t length)
{
	struct endpoint to;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (address != NULL) {
		int error = endpoint_from_sockaddr(&to, address, length);

		if (error != 0)
			return error;
	}
	uk_file_hold(&socket->file);
	ssize_t sent = socket->protocol->send(socket, vectors, count, flags_of(socket, flags),
					      address != NULL ? &to : NULL);
	uk_file_release(&socket->file);
	return sent;
}

static ssize_t receive(struct socket *socket, const struct iovec *vectors, int count, long flags,
		       void *address, socklen_t *length, int *result_flags)
{
	struct endpoint from = {.port = 0};

	if (flags & MSG_OOB)
		return -EINVAL;
	ip_addr_set_any(false, &from.address);
	uk_file_hold(&socket->file);
	ssize_t received = socket->protocol->receive(socket, vectors, count,
						     flags_of(socket, flags), &from, result_flags);
	uk_file_release(&socket->file);
	/* A stream says where it comes from only when it is asked. */
	if (received >= 0 && address != NULL && length != NULL) {
		if (socket->protocol->type == SOCK_DGRAM)
			endpoint_to_sockaddr(&from, address, length);
		else
			*length = 0;
	}
	return received;
}

long uk_sys_sendto(long descriptor, long buffer, long length, long flags, long address,
		   long address_length)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	struct iovec vector = {(void *)buffer, (size_t)length};

	if (socket == NULL)
		return error;
	return send_vectors(socket, &vector, 1, flags, (const void *)address, (size_t)address_length);
}

long uk_sys_recvfrom(long descriptor, long buffer, long length, long flags, long address,
		     long address_length)
{
	int error, result_flags = 0;
	struct socket *socket = socket_get((int)descriptor, &error);
	struct iovec vector = {(void *)buffer, (size_t)length};

	if (socket == NULL)
		return error;
	ssize_t received = receive(socket, &vector, 1, flags, (void *)address,
				   (socklen_t *)address_length, &result_flags);

	return received;
}

static long send_message(struct socket *socket, const struct msghdr *message, long flags)
{
	if (message->msg_iovlen < 0 || message->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	return send_vectors(socket, message->msg_iov, message->msg_iovlen, flags,
			    message->msg_name, message->msg_namelen);
}

static long receive_message(struct socket *socket, struct msghdr *message, long flags)
{
	int result_flags = 0;

	if (message->msg_iovlen < 0 || message->msg_iovlen > IOV_MAX)
		return -EMSGSIZE;
	ssize_t received = receive(socket, message->msg_iov, message->msg_iovlen, flags,
				   message->msg_name, &message->msg_namelen, &result_flags);

	if (received >= 0) {
		message->msg_flags = result_flags;
		message->msg_controllen = 0;
	}
	return received;
}

long uk_sys_sendmsg(long descriptor, long message, long flags)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);

	return socket == NULL ? error
			      : send_message(socket, (const struct msghdr *)message, flags);
}

long uk_sys_recvmsg(long descriptor, long message, long flags)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);

	return socket == NULL ? error : receive_message(socket, (struct msghdr *)message, flags);
}

/* As the kernel lays it out. */
struct message_and_length {
	struct msghdr message;
	unsigned length;
};

long uk_sys_sendmmsg(long descriptor, long messages, long count, long flags)
{
	struct message_and_length *each = (struct message_and_length *)messages;
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	long sent = 0;

	if (socket == NULL)
		return error;
	for (; sent < count; sent++) {
		long result = send_message(socket, &each[sent].message, flags);

		if (result < 0)
			return sent > 0 ? sent : result;
		each[sent].length = (unsigned)result;
	}
	return sent;
}

long uk_sys_recvmmsg(long descriptor, long messages, long count, long flags, long timeout)
{
	struct message_and_length *each = (struct message_and_length *)messages;
	const struct timespec *limit = (const struct timespec *)timeout;
	uint64_t deadline = UINT64_MAX;
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	long received = 0;

	if (socket == NULL)
		return error;
	if (limit != NULL)
		deadline = uk_clock_monotonic() + (uint64_t)limit->tv_sec * NS_PER_SECOND +
			   (uint64_t)limit->tv_nsec;
	while (received < count) {
		long result = receive_message(socket, &each[received].message, flags);

		if (result < 0)
			return received > 0 ? received : result;
		each[received++].length = (unsigned)result;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (uk_clock_monotonic() >= deadline)
			break;
	}
	return received;
}
