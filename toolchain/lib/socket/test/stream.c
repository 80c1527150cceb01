/* TCP over the loopback: connecting, ends of streams, resets, timeouts, flags, options. */
#include "check.h"

static void test_connect_and_names(void)
{
	uint16_t port;
	int listener = listen_somewhere(&port, 4), client = connect_to(port);
	struct sockaddr_in address, peer;
	socklen_t length = sizeof(address);
	int server = accept(listener, (struct sockaddr *)&peer, &length);

	CHECK(server >= 0 && length == sizeof(peer));
	length = sizeof(address);
	CHECK(getsockname(client, (struct sockaddr *)&address, &length) == 0);
	CHECK(address.sin_port == peer.sin_port &&
	      address.sin_addr.s_addr == peer.sin_addr.s_addr);
	CHECK(getpeername(client, (struct sockaddr *)&address, &length) == 0);
	CHECK(ntohs(address.sin_port) == port);
	CHECK_FAILS(getpeername(listener, (struct sockaddr *)&address, &length), ENOTCONN);
	CHECK_FAILS(connect(client, (struct sockaddr *)&address, length), EISCONN);
	close(server);
	close(client);
	close(listener);
	/* Nobody listens there any more. */
	client = socket(AF_INET, SOCK_STREAM, 0);
	address = loopback(port);
	CHECK_FAILS(connect(client, (struct sockaddr *)&address, sizeof(address)), ECONNREFUSED);
	CHECK_FAILS(send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(client);
}

static void test_end_of_stream(void)
{
	int ends[2];
	char bytes[16];

	connected_pair(ends);
	CHECK(write(ends[0], "hello", 5) == 5);
	CHECK(shutdown(ends[0], SHUT_WR) == 0);
	CHECK(read(ends[1], bytes, 3) == 3 && memcmp(bytes, "hel", 3) == 0);
	CHECK(read(ends[1], bytes, sizeof(bytes)) == 2 && memcmp(bytes, "lo", 2) == 0);
	CHECK(read(ends[1], bytes, sizeof(bytes)) == 0);
	CHECK(read(ends[1], bytes, sizeof(bytes)) == 0);
	/* The other direction still works. */
	CHECK(write(ends[1], "world", 5) == 5);
	CHECK(recv(ends[0], bytes, 5, MSG_WAITALL) == 5 && memcmp(bytes, "world", 5) == 0);
	CHECK_FAILS(send(ends[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	close(ends[1]);
	CHECK(read(ends[0], bytes, 1) == 0);
	close(ends[0]);
}

static void test_reset(void)
{
	int ends[2];
	char byte;
	struct linger now = {1, 0};

	connected_pair(ends);
	CHECK(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now)) == 0);
	close(ends[1]);
	CHECK_FAILS(read(ends[0], &byte, 1), ECONNRESET);
	CHECK(read(ends[0], &byte, 1) == 0);
	CHECK_FAILS(send(ends[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	close(ends[0]);
	/* Closing with unread data resets too. */
	connected_pair(ends);
	CHECK(write(ends[0], "unread", 6) == 6);
	while (poll(&(struct pollfd){ends[1], POLLIN, 0}, 1, -1) != 1)
		;
	close(ends[1]);
	CHECK_FAILS(read(ends[0], &byte, 1), ECONNRESET);
	close(ends[0]);
}

static void test_flags_and_timeouts(void)
{
	int ends[2];
	char bytes[8];
	struct timeval limit = {0, 50000}, given;
	socklen_t length = sizeof(given);

	connected_pair(ends);
	CHECK_FAILS(recv(ends[0], bytes, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(recv(ends[0], bytes, 0, 0) == 0);
	CHECK(send(ends[0], bytes, 0, 0) == 0);
	CHECK(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	CHECK(getsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &given, &length) == 0);
	CHECK(given.tv_sec == 0 && given.tv_usec == 50000);
	uint64_t before = milliseconds();

	CHECK_FAILS(recv(ends[0], bytes, 1, 0), EAGAIN);
	CHECK(milliseconds() - before >= 49);
	CHECK(write(ends[1], "abc", 3) == 3);
	CHECK(recv(ends[0], bytes, 8, MSG_PEEK) == 3);
	CHECK(recv(ends[0], bytes, 8, 0) == 3 && memcmp(bytes, "abc", 3) == 0);
	/* A full buffer: not blocking says so, blocking gives up after its time. */
	CHECK(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
	static char filler[65536];

	do {
		while (write(ends[1], filler, sizeof(filler)) > 0)
			;
		CHECK(errno == EAGAIN);
		/* Until what is on its way has filled the peer as well. */
	} while (poll(&(struct pollfd){ends[1], POLLOUT, 0}, 1, 100) == 1);
	CHECK(fcntl(ends[1], F_SETFL, 0) == 0);
	CHECK(setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0);
	/* There may be room again that is too little for poll(); the peer never reads, so it ends. */
	while (write(ends[1], filler, sizeof(filler)) > 0)
		;
	CHECK(errno == EAGAIN);
	close(ends[0]);
	close(ends[1]);
}

static void test_nonblocking_connect(void)
{
	uint16_t port;
	int listener = listen_somewhere(&port, 4);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = loopback(port);
	struct pollfd watched = {client, POLLOUT, 0};
	int error = -1;
	socklen_t length = sizeof(error);

	CHECK_FAILS(connect(client, (struct sockaddr *)&address, sizeof(address)), EINPROGRESS);
	CHECK(poll(&watched, 1, 1000) == 1 && watched.revents == POLLOUT);
	CHECK(getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0);
	close(client);
	close(listener);
	client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK_FAILS(connect(client, (struct sockaddr *)&address, sizeof(address)), EINPROGRESS);
	watched.fd = client;
	CHECK(poll(&watched, 1, 1000) == 1 && (watched.revents & POLLERR));
	CHECK(getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length) == 0 &&
	      error == ECONNREFUSED);
	close(client);
}

static void test_options(void)
{
	int one = 1, value = 0;
	socklen_t length = sizeof(value);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	CHECK(getsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &value, &length) == 0 && value == 1);
	CHECK(getsockopt(tcp, SOL_SOCKET, SO_TYPE, &value, &length) == 0 && value == SOCK_STREAM);
	CHECK(getsockopt(tcp, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 0);
	CHECK_FAILS(setsockopt(tcp, SOL_SOCKET, 9999, &one, sizeof(one)), ENOPROTOOPT);
	CHECK_FAILS(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), ENOTSOCK);
	CHECK_FAILS(setsockopt(77, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), EBADF);
	CHECK_FAILS(socket(AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT);
	close(tcp);
}

static void test_addresses_in_use(void)
{
	uint16_t port;
	int listener = listen_somewhere(&port, 1), second = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in address = loopback(port);

	CHECK_FAILS(bind(second, (struct sockaddr *)&address, sizeof(address)), EADDRINUSE);
	/* A server that has just ended its connections can start again with SO_REUSEADDR. */
	int client = connect_to(port), server = accept(listener, NULL, NULL);

	close(server);
	close(client);
	close(listener);
	CHECK(setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	CHECK(bind(second, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(second, 1) == 0);
	close(second);
}

static void test_vectors(void)
{
	int ends[2];
	char first[3], second[8];
	struct iovec out[2] = {{"abc", 3}, {"defg", 4}}, in[2] = {{first, 3}, {second, 8}};
	struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};

	connected_pair(ends);
	CHECK(writev(ends[0], out, 2) == 7);
	CHECK(poll(&(struct pollfd){ends[1], POLLIN, 0}, 1, 1000) == 1);
	CHECK(recvmsg(ends[1], &message, 0) == 7);
	CHECK(memcmp(first, "abc", 3) == 0 && memcmp(second, "defg", 4) == 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	test_connect_and_names();
	test_end_of_stream();
	test_reset();
	test_flags_and_timeouts();
	test_nonblocking_connect();
	test_options();
	test_addresses_in_use();
	test_vectors();
	puts("SUCCESS");
	return 0;
}
