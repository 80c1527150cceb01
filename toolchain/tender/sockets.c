/* Sockets and their addresses as text. */
#include "sockets.h"

#define BACKLOG 128

bool address_read(const char **text, char end, struct internet_address *address)
{
	uint64_t number;

	*address = (struct internet_address){.family = AF_INET};
	for (unsigned i = 0; i < 4; i++) {
		if (!text_number(text, i < 3 ? '.' : ':', 255, &number))
			return false;
		address->address[i] = (uint8_t)number;
	}
	if (!text_number(text, end, 65535, &number))
		return false;
	address->port = __builtin_bswap16((uint16_t)number);
	return true;
}

void address_write(struct text *text, const struct internet_address *address)
{
	for (unsigned i = 0; i < 4; i++) {
		text_add_number(text, address->address[i]);
		text_add(text, i < 3 ? "." : ":");
	}
	text_add_number(text, __builtin_bswap16(address->port));
}

bool address_equal(const struct internet_address *left, const struct internet_address *right)
{
	return left->port == right->port && !__builtin_memcmp(left->address, right->address, 4);
}

long socket_listen(int type, struct internet_address *address)
{
	int yes = 1, length = sizeof(*address);
	long fd = call(CALL_SOCKET, AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0)
		return fd;
	/* Ended connections of a predecessor do not keep its port. */
	if (type == SOCK_STREAM)
		call(CALL_SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	error = call(CALL_BIND, fd, address, sizeof(*address));
	if (!error && type == SOCK_STREAM)
		error = call(CALL_LISTEN, fd, BACKLOG);
	if (!error)
		error = call(CALL_GETSOCKNAME, fd, address, &length);
	if (!error)
		return fd;
	call(CALL_CLOSE, fd);
	return error;
}

int socket_listen_at(const char *path, int backlog)
{
	struct unix_address address = {.family = AF_UNIX};
	size_t length = text_length(path);
	long fd = -1, error;

	if (length >= sizeof(address.path))
		fail("the path of a socket is too long", path, 0);
	__builtin_memcpy(address.path, path, length);
	fd = call(CALL_SOCKET, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail("cannot make a socket", path, fd);
	call(CALL_UNLINK, path);
	error = call(CALL_BIND, fd, &address, sizeof(address));
	if (!error)
		error = call(CALL_LISTEN, fd, backlog);
	if (error)
		fail("cannot listen at", path, error);
	return (int)fd;
}

long socket_connect(int type, const struct internet_address *address)
{
	int yes = 1;
	long fd = call(CALL_SOCKET, AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return fd;
	if (type == SOCK_STREAM)
		call(CALL_SETSOCKOPT, fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	error = call(CALL_CONNECT, fd, address, sizeof(*address));
	if (!error || error == -EINPROGRESS)
		return fd;
	call(CALL_CLOSE, fd);
	return error;
}

void socket_reset(int fd)
{
	const struct {
		int on, seconds;
	} at_once = {1, 0};

	call(CALL_SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	call(CALL_CLOSE, fd);
}
