/* The system calls that make, name and end sockets. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <uk/syscalls.h>
#include "socket.h"

static bool is_socket(const struct uk_file_ops *ops)
{
#ifdef CONFIG_SOCKET_UDP
	if (ops == &socket_udp_file_ops)
		return true;
#endif
	return ops == &socket_tcp_file_ops;
}

struct socket *socket_get(int descriptor, int *error)
{
	struct uk_file *file = uk_fd_get(descriptor);

	*error = file == NULL ? -EBADF : -ENOTSOCK;
	if (file == NULL || !is_socket(file->ops))
		return NULL;
	*error = 0;
	return (struct socket *)file;
}

int socket_install(struct socket *socket, int flags)
{
	if (flags & SOCK_NONBLOCK)
		socket->file.flags |= O_NONBLOCK;
	int descriptor = uk_fd_install(&socket->file, 0, (flags & SOCK_CLOEXEC) != 0);

	if (descriptor < 0)
		uk_file_release(&socket->file);
	return descriptor;
}

long uk_sys_socket(long domain, long type, long number)
{
	int flags = (int)type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	int kind = (int)type & ~flags;
	const struct socket_protocol *protocol;

	if (domain != AF_INET)
		return -EAFNOSUPPORT;
	if (kind == SOCK_STREAM)
		protocol = &socket_tcp;
	else if (kind == SOCK_DGRAM)
#ifdef CONFIG_SOCKET_UDP
		protocol = &socket_udp;
#else
		return -EPROTONOSUPPORT;
#endif
	else
		return kind == SOCK_RAW ? -EPERM : -ESOCKTNOSUPPORT;
	if (number != 0 && number != protocol->number)
		return -EPROTONOSUPPORT;
	struct socket *socket = protocol->create();

	return socket == NULL ? -ENOBUFS : socket_install(socket, flags);
}

long uk_sys_socketpair(long domain, long type, long number, long descriptors)
{
	(void)type;
	(void)number;
	(void)descriptors;
	return domain == AF_INET ? -EOPNOTSUPP : -EAFNOSUPPORT;
}

long uk_sys_bind(long descriptor, long address, long length)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	struct endpoint endpoint;

	if (socket == NULL)
		return error;
	error = endpoint_from_sockaddr(&endpoint, (const void *)address, (size_t)length);
	return error != 0 ? error : socket->protocol->bind(socket, &endpoint);
}

long uk_sys_listen(long descriptor, long backlog)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);

	if (socket == NULL)
		return error;
	return socket->protocol == &socket_tcp ? tcp_socket_listen(socket, (int)backlog)
					       : -EOPNOTSUPP;
}

long uk_sys_accept4(long descriptor, long address, long length, long flags)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error), *accepted;

	if (socket == NULL)
		return error;
	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (socket->protocol != &socket_tcp)
		return -EOPNOTSUPP;
	uk_file_hold(&socket->file);
	error = tcp_socket_accept(socket, &accepted);
	uk_file_release(&socket->file);
	if (error != 0)
		return error;
	if (address != 0) {
		struct endpoint peer;

		if (accepted->protocol->name(accepted, &peer, true) == 0)
			endpoint_to_sockaddr(&peer, (void *)address, (socklen_t *)length);
	}
	return socket_install(accepted, (int)flags);
}

long uk_sys_accept(long descriptor, long address, long length)
{
	return uk_sys_accept4(descriptor, address, length, 0);
}

static int connect_to(struct socket *socket, const struct endpoint *endpoint)
{
#ifdef CONFIG_SOCKET_UDP
	if (socket->protocol == &socket_udp)
		return udp_socket_connect(socket, endpoint);
#endif
	return tcp_socket_connect(socket, endpoint);
}

long uk_sys_connect(long descriptor, long address, long length)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	struct endpoint endpoint;

	if (socket == NULL)
		return error;
	/* AF_UNSPEC undoes a connection: only of use with UDP, where port 0 says the same. */
	if (length >= (long)sizeof(sa_family_t) && address != 0 &&
	    *(const sa_family_t *)address == AF_UNSPEC) {
		endpoint = (struct endpoint){.port = 0};
		ip_addr_set_any(false, &endpoint.address);
	} else {
		error = endpoint_from_sockaddr(&endpoint, (const void *)address, (size_t)length);
		if (error != 0)
			return error;
		/* As on Linux, "any" means this guest. */
		if (ip_addr_isany(&endpoint.address))
			ip_addr_set_loopback(false, &endpoint.address);
	}
	uk_file_hold(&socket->file);
	error = connect_to(socket, &endpoint);
	uk_file_release(&socket->file);
	return error;
}

long uk_sys_shutdown(long descriptor, long how)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);

	if (socket == NULL)
		return error;
	if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
		return -EINVAL;
	return socket->protocol->shutdown(socket, (int)how);
}

static long name(long descriptor, long address, long length, bool peer)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	struct endpoint endpoint;

	if (socket == NULL)
		return error;
	error = socket->protocol->name(socket, &endpoint, peer);
	if (error == 0)
		endpoint_to_sockaddr(&endpoint, (void *)address, (socklen_t *)length);
	return error;
}

long uk_sys_getsockname(long descriptor, long address, long length)
{
	return name(descriptor, address, length, false);
}

long uk_sys_getpeername(long descriptor, long address, long length)
{
	return name(descriptor, address, length, true);
}
