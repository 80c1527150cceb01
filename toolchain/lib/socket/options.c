/* getsockopt and setsockopt: what all sockets share; the rest is the protocol's. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>
#include <uk/syscalls.h>
#include "socket.h"

#define NS_PER_SECOND 1000000000ULL
#define NS_PER_MICROSECOND 1000ULL

static int set_timeout(uint64_t *timeout_ns, const void *value, size_t length)
{
	struct timeval time;

	if (length < sizeof(time))
		return -EINVAL;
	memcpy(&time, value, sizeof(time));
	if (time.tv_usec < 0 || time.tv_usec >= 1000000)
		return -EDOM;
	*timeout_ns = time.tv_sec < 0 ? 0
				      : (uint64_t)time.tv_sec * NS_PER_SECOND +
						(uint64_t)time.tv_usec * NS_PER_MICROSECOND;
	return 0;
}

static int set_linger(struct socket *socket, const void *value, size_t length)
{
	struct linger linger;

	if (length < sizeof(linger))
		return -EINVAL;
	memcpy(&linger, value, sizeof(linger));
	socket->linger = linger.l_onoff != 0;
	socket->linger_seconds = linger.l_linger;
	return 0;
}

long uk_sys_setsockopt(long descriptor, long level, long option, long value, long length)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	const void *bytes = (const void *)value;
	int number;

	if (socket == NULL)
		return error;
	if (bytes == NULL)
		return -EFAULT;
	if (level == SOL_SOCKET && option == SO_RCVTIMEO)
		return set_timeout(&socket->receive_timeout_ns, bytes, (size_t)length);
	if (level == SOL_SOCKET && option == SO_SNDTIMEO)
		return set_timeout(&socket->send_timeout_ns, bytes, (size_t)length);
	if (level == SOL_SOCKET && option == SO_LINGER)
		return set_linger(socket, bytes, (size_t)length);
	if (length < (long)sizeof(number))
		return -EINVAL;
	memcpy(&number, bytes, sizeof(number));
	if (level != SOL_SOCKET)
		return socket->protocol->set_option(socket, (int)level, (int)option, number);
	switch (option) {
	case SO_REUSEADDR:
		socket->reuse_address = number != 0;
		break;
	case SO_KEEPALIVE:
		socket->keep_alive = number != 0;
		break;
	case SO_BROADCAST:
		socket->broadcast = number != 0;
		break;
	case SO_SNDBUF: /* buffers have the sizes of the image's configuration */
	case SO_RCVBUF:
	case SO_PRIORITY:
	case SO_OOBINLINE:
	case SO_DONTROUTE:
		return number < 0 ? -EINVAL : 0;
	case SO_TYPE:
	case SO_ERROR:
	case SO_ACCEPTCONN:
	case SO_DOMAIN:
	case SO_PROTOCOL:
	default:
		return -ENOPROTOOPT;
	}
	return socket->protocol->set_option(socket, SOL_SOCKET, (int)option, number);
}

static long give(long value, long length, const void *bytes, size_t size)
{
	socklen_t *room = (socklen_t *)length;

	if (value == 0 || room == NULL)
		return -EFAULT;
	if (*room < size)
		size = *room;
	memcpy((void *)value, bytes, size);
	*room = (socklen_t)size;
	return 0;
}

static struct timeval to_timeval(uint64_t ns)
{
	return (struct timeval){.tv_sec = (time_t)(ns / NS_PER_SECOND),
				.tv_usec = (long)(ns % NS_PER_SECOND / NS_PER_MICROSECOND)};
}

static int get_option(struct socket *socket, int level, int option, int *value)
{
#ifdef CONFIG_SOCKET_UDP
	if (socket->protocol == &socket_udp)
		return udp_socket_get_option(socket, level, option, value);
#endif
	return tcp_socket_get_option(socket, level, option, value);
}

long uk_sys_getsockopt(long descriptor, long level, long option, long value, long length)
{
	int error;
	struct socket *socket = socket_get((int)descriptor, &error);
	int number;

	if (socket == NULL)
		return error;
	if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO)) {
		struct timeval time = to_timeval(option == SO_RCVTIMEO ? socket->receive_timeout_ns
								       : socket->send_timeout_ns);

		return give(value, length, &time, sizeof(time));
	}
	if (level == SOL_SOCKET && option == SO_LINGER) {
		struct linger linger = {socket->linger, socket->linger_seconds};

		return give(value, length, &linger, sizeof(linger));
	}
	error = 0;
	if (level != SOL_SOCKET)
		error = get_option(socket, (int)level, (int)option, &number);
	else if (option == SO_TYPE)
		number = socket->protocol->type;
	else if (option == SO_DOMAIN)
		number = AF_INET;
	else if (option == SO_PROTOCOL)
		number = socket->protocol->number;
	else if (option == SO_ERROR)
		number = -socket_take_error(socket);
	else if (option == SO_REUSEADDR)
		number = socket->reuse_address;
	else if (option == SO_KEEPALIVE)
		number = socket->keep_alive;
	else if (option == SO_BROADCAST)
		number = socket->broadcast;
	else
		error = get_option(socket, SOL_SOCKET, (int)option, &number);
	return error != 0 ? error : give(value, length, &number, sizeof(number));
}
