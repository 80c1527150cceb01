/*
 * The gateway of one sandboxed guest: an unprivileged process between the guest's frames and
 * sockets of the host. The guest is not trusted: it is told what to read by the lengths in its
 * frames, which are checked, and can reach what far_end_address() allows.
 *
 * gateway [--tcp ADDRESS:PORT:GUEST-PORT | --udp ADDRESS:PORT:GUEST-PORT]...
 * Descriptor 3 is the guest's wire. The process that was started ends with 0 when all ports are
 * had; its child serves until the guest ends.
 */
#include "confine.h"
#include "frames.h"
#include "link.h"
#include "loop.h"
#include "sockets.h"
#include "tcp.h"
#include "text.h"
#include "udp.h"

#define LINK_DESCRIPTOR 3
#define LISTENERS_MAX 128
#define ACCEPTED_AT_ONCE 16

struct start {
	long count;
	char *arguments[];
};

static struct listener {
	int fd;
	bool is_tcp;
	uint16_t guest_port;
} listeners[LISTENERS_MAX];
static unsigned listener_count;

static void listen(bool is_tcp, const char *rule)
{
	struct listener *listener = &listeners[listener_count];
	struct internet_address address;
	const char *text = rule;
	uint64_t guest_port;
	long fd;

	if (listener_count == LISTENERS_MAX)
		fail("too many ports", NULL, 0);
	if (!address_read(&text, ':', &address) || !text_number(&text, '\0', 65535, &guest_port))
		fail("not ADDRESS:PORT:GUEST-PORT", rule, 0);
	fd = socket_listen(is_tcp ? SOCK_STREAM : SOCK_DGRAM, &address);
	if (fd < 0)
		fail("cannot listen", rule, fd);
	*listener = (struct listener){(int)fd, is_tcp, (uint16_t)guest_port};
	loop_watch((int)fd, &(struct loop_event){.events = EPOLLIN,
						 .kind = LOOP_LISTENER,
						 .index = listener_count});
	listener_count++;
}

static void accept(const struct listener *listener)
{
	const int yes = 1;

	if (!listener->is_tcp) {
		udp_accepted(listener->fd, listener->guest_port);
		return;
	}
	for (unsigned i = 0; i < ACCEPTED_AT_ONCE; i++) {
		long fd = call(CALL_ACCEPT4, listener->fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		call(CALL_SETSOCKOPT, fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		tcp_accepted((int)fd, listener->guest_port);
	}
}

static void happened(const struct loop_event *event)
{
	switch (event->kind) {
	case LOOP_LINK: link_happened(); break;
	case LOOP_LISTENER: accept(&listeners[event->index]); break;
	case LOOP_CONNECTION: tcp_happened(event); break;
	case LOOP_FLOW: udp_happened(event->index); break;
	}
}

static _Noreturn void serve(void)
{
	static struct loop_event events[LOOP_EVENTS_MAX];

	for (;;) {
		unsigned count = loop_wait(events, tcp_tick(loop_now_ms()));

		for (unsigned i = 0; i < count; i++)
			happened(&events[i]);
		tcp_work();
		link_flush();
	}
}

static void go_to_background(void)
{
	long child = call(CALL_CLONE, SIGCHLD, 0, 0, 0, 0);

	if (child < 0)
		fail("cannot start a process", NULL, child);
	if (child)
		call(CALL_EXIT_GROUP, 0);
	/* The console's reader waits until nobody can write to it. */
	for (int fd = 0; fd < LINK_DESCRIPTOR; fd++)
		call(CALL_CLOSE, fd);
}

/* One for each connection: more than the usual limit. */
static void allow_descriptors(void)
{
	struct limit limit;

	if (call(CALL_PRLIMIT, 0, RLIMIT_NOFILE, 0, &limit))
		return;
	limit.soft = limit.hard;
	call(CALL_PRLIMIT, 0, RLIMIT_NOFILE, &limit, 0);
}

_Noreturn void program_main(struct start *start);

_Noreturn void program_main(struct start *start)
{
	/* It was started by a descriptor, after whose number it would be called. */
	call(CALL_PRCTL, PR_SET_NAME, "gateway", 0, 0, 0);
	loop_start();
	for (long i = 1; i < start->count; i += 2) {
		bool is_tcp = text_equal(start->arguments[i], "--tcp");

		if ((!is_tcp && !text_equal(start->arguments[i], "--udp")) || i + 1 == start->count)
			fail("usage", "gateway [--tcp|--udp ADDRESS:PORT:GUEST-PORT]...", 0);
		listen(is_tcp, start->arguments[i + 1]);
	}
	call(CALL_FCNTL, LINK_DESCRIPTOR, F_SETFL, O_RDWR | O_NONBLOCK);
	allow_descriptors();
	name_server_find();
	go_to_background();
	link_start(LINK_DESCRIPTOR);
	confine();
	serve();
}
