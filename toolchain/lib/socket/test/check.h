/* What the socket tests share: checks that name their line, sockets on the loopback. */
#ifndef CHECK_H
#define CHECK_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);   \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)
#define CHECK_FAILS(expression, error)                                                             \
	do {                                                                                       \
		errno = 0;                                                                         \
		CHECK((expression) == -1);                                                         \
		CHECK(errno == (error));                                                           \
	} while (0)

static inline struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A listener on a free port, which is stored. */
static inline int listen_somewhere(uint16_t *port, int backlog)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	CHECK(listener >= 0);
	CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	CHECK(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(listener, backlog) == 0);
	CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
	*port = ntohs(address.sin_port);
	CHECK(*port != 0);
	return listener;
}

static inline int connect_to(uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	int client = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(client >= 0);
	CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	return client;
}

/* Two connected ends. */
static inline void connected_pair(int ends[2])
{
	uint16_t port;
	int listener = listen_somewhere(&port, 1);

	ends[0] = connect_to(port);
	ends[1] = accept(listener, NULL, NULL);
	CHECK(ends[1] >= 0);
	CHECK(close(listener) == 0);
}

static inline uint64_t milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

#endif
