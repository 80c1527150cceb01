/* The event loop: accepts, waits, hands events to connections, and ends those that idle. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

#define EVENTS_PER_WAIT 64
#define BACKLOG 1024
/* How often connections are looked through for those that have idled too long. */
#define SWEEP_MS 500

/* Tells a watch from a connection in an event: both are aligned. */
#define WATCH_TAG ((uintptr_t)1)

static volatile sig_atomic_t is_asked_to_stop;
/* Of the server that runs, for those that come without it; -1: none. */
static int running_events = -1;

void httpd_stop(void)
{
	is_asked_to_stop = 1;
}

int httpd_watch(struct httpd_watch *watch, int descriptor, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLET};

	event.data.ptr = (void *)((uintptr_t)watch | WATCH_TAG);
	if (epoll_ctl(running_events, EPOLL_CTL_ADD, descriptor, &event) != 0)
		return -errno;
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* Reads "A.B.C.D": inet_pton() would bring what reads addresses of version 6. */
static bool parse_address(const char *text, struct in_addr *address)
{
	uint32_t value = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned number = 0, digits = 0;

		for (; *text >= '0' && *text <= '9' && digits < 3; digits++)
			number = number * 10 + (unsigned)(*text++ - '0');
		if (digits == 0 || number > 255 || *text++ != (part < 3 ? '.' : '\0'))
			return false;
		value = value << 8 | number;
	}
	address->s_addr = htonl(value);
	return true;
}

static int open_listener(const struct httpd_options *options)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(options->port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int one = 1;

	if (options->address != NULL && !parse_address(options->address, &address.sin_addr))
		return -EINVAL;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (listener < 0)
		return -errno;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, BACKLOG) != 0) {
		int error = errno;

		close(listener);
		return -error;
	}
	return listener;
}

/* Connections beyond the limit wait in the listener's backlog. */
static void watch_listener(struct server *server)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	bool wanted = server->connections < server->options.connections_max;

	if (wanted == server->accepting)
		return;
	if (epoll_ctl(server->events, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, server->listener,
		      &event) == 0)
		server->accepting = wanted;
}

static void accept_some(struct server *server)
{
	int one = 1;

	while (server->connections < server->options.connections_max) {
		int descriptor = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (descriptor < 0)
			return; /* none left, or out of something: later */
		setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		connection_accept(server, descriptor);
	}
}

static void sweep(struct server *server)
{
	/* The least recently active come first; a slow request may be anywhere. */
	for (struct connection *connection = server->oldest, *next; connection != NULL;
	     connection = next) {
		next = connection->newer;
		connection_timeout(connection);
	}
}

/* Whether nothing is left to do. */
static bool stop(struct server *server)
{
	if (!server->stopping) {
		server->stopping = true;
		/* Who has connected already may have sent a request. */
		accept_some(server);
		close(server->listener);
		for (struct connection *connection = server->oldest, *next; connection != NULL;
		     connection = next) {
			next = connection->newer;
			/* As if something had arrived, which may have. */
			connection_event(connection, false, true);
		}
	}
	for (struct connection *connection = server->oldest, *next; connection != NULL;
	     connection = next) {
		next = connection->newer;
		connection_stop(connection);
	}
	return server->connections == 0;
}

static int take_turn(struct server *server)
{
	const struct httpd_options *options = &server->options;

	return CAN_DEFER && options->turn != NULL ? options->turn(options->turn_argument) : -1;
}

static int serve(struct server *server)
{
	struct epoll_event events[EVENTS_PER_WAIT];
	uint64_t swept_ms = now_ms();

	for (;;) {
		int turn_ms = take_turn(server);

		if (is_asked_to_stop && stop(server))
			return 0;
		if (!server->stopping)
			watch_listener(server);
		int wait_ms = server->connections > 0 ? SWEEP_MS : -1;

		if (turn_ms >= 0 && (wait_ms < 0 || turn_ms < wait_ms))
			wait_ms = turn_ms;
		int count = epoll_wait(server->events, events, EVENTS_PER_WAIT, wait_ms);

		if (count < 0 && errno != EINTR)
			return -errno;
		server->now_ms = now_ms();
		for (int i = 0; i < count; i++) {
			uint32_t happened = events[i].events;

			if (events[i].data.ptr == NULL) {
				accept_some(server);
			} else if ((uintptr_t)events[i].data.ptr & WATCH_TAG) {
				struct httpd_watch *watch =
					(void *)((uintptr_t)events[i].data.ptr - WATCH_TAG);

				watch->happened(watch, happened);
			} else {
				connection_event(events[i].data.ptr,
						 (happened & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
						 (happened & EPOLLOUT) != 0);
			}
		}
		if (server->now_ms - swept_ms >= SWEEP_MS) {
			swept_ms = server->now_ms;
			sweep(server);
		}
	}
}

static void fill_in_defaults(struct httpd_options *options)
{
	if (options->head_bytes_max == 0)
		options->head_bytes_max = 8192;
	if (options->body_bytes_max == 0)
		options->body_bytes_max = 1 << 20;
	if (options->connections_max == 0)
		options->connections_max = 4096;
	if (options->idle_timeout_ms == 0)
		options->idle_timeout_ms = 60000;
	if (options->request_timeout_ms == 0)
		options->request_timeout_ms = 60000;
}

static void tell_started(const struct server *server)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (server->options.started == NULL)
		return;
	if (getsockname(server->listener, (struct sockaddr *)&address, &length) == 0)
		server->options.started(ntohs(address.sin_port), server->options.started_argument);
}

int httpd_run(const struct httpd_options *options)
{
	struct server *server = calloc(1, sizeof(*server));
	int error;

	if (server == NULL)
		return -ENOMEM;
	is_asked_to_stop = 0;
	server->options = *options;
	fill_in_defaults(&server->options);
	server->now_ms = now_ms();
	server->events = epoll_create1(EPOLL_CLOEXEC);
	error = server->events < 0 ? -errno : 0;
	if (error == 0) {
		server->listener = open_listener(&server->options);
		if (server->listener < 0) {
			error = server->listener;
		} else {
			running_events = server->events;
			tell_started(server);
			error = serve(server);
			running_events = -1;
			if (!server->stopping)
				close(server->listener);
		}
		close(server->events);
	}
	while (server->oldest != NULL)
		connection_close(server->oldest);
	free(server);
	return error;
}
