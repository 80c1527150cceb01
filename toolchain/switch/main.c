/*
 * The switch of one network: an unprivileged process that connects guests of this machine by plain
 * sockets. It forwards their Ethernet frames, and is their DHCP and name server. Guests are not
 * trusted: see filter.h for what they may send, and queue.h for what they may take.
 *
 * switch --network ID MEMBERS CONTROL
 * MEMBERS is a file, see members.h. Whoever connects to the socket CONTROL makes the switch read
 * it again, and is told "ok", or why not, and then of each guest "ADDRESS connected" or "ADDRESS
 * waiting". Nothing is written anywhere; SIGTERM ends the switch.
 */
#include "kernel.h"
#include "loop.h"
#include "members.h"
#include "port.h"
#include "resolver.h"
#include "services.h"
#include "sockets.h"
#include "text.h"

#define ANSWER_BYTES_MAX 16384
#define BACKLOG 16

struct start {
	long count;
	char *arguments[];
};

static const char *members_path;
static int listener;
/* What is valid, and what is being read: a file with an error changes nothing. */
static struct members files[2];
static unsigned current;

static long read_again(void)
{
	struct members *next = &files[!current];
	long problem = members_read(members_path, next);

	if (problem)
		return problem;
	current = !current;
	services_apply(next);
	ports_apply(next);
	return 0;
}

static void listen_at(const char *path)
{
	listener = socket_listen_at(path, BACKLOG);
	loop_watch(listener, EPOLLIN, LOOP_CONTROL, 0);
}

/* Two would take each other's guests. Released by our end, whatever that is. */
static void be_the_only_one(void)
{
	long fd = call(CALL_OPEN, ".", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0 || call(CALL_FLOCK, fd, LOCK_EX | LOCK_NB))
		fail("this network has a switch already", NULL, 0);
}

static void add_address(struct text *text, uint32_t address)
{
	for (unsigned shift = 32; shift; shift -= 8) {
		text_add_number(text, address >> (shift - 8) & 255);
		text_add(text, shift > 8 ? "." : "");
	}
}

static void describe_ports(struct text *text)
{
	for (unsigned i = 0; i < files[current].guest_count; i++) {
		const uint32_t address = files[current].guests[i].identity.address;
		bool is_connected = false;

		for (unsigned port = 0; port < GUESTS_MAX; port++)
			is_connected |= port_is_connected(port) &&
					port_identity(port)->address == address;
		add_address(text, address);
		text_add(text, is_connected ? " connected\n" : " waiting\n");
	}
}

static void control_arrived(void)
{
	static char bytes[ANSWER_BYTES_MAX];
	struct text text = {bytes, sizeof(bytes), 0};
	long fd = call(CALL_ACCEPT4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC), problem;

	if (fd < 0)
		return;
	problem = read_again();
	text_add(&text, problem ? "error " : "ok\n");
	if (problem > 0) {
		text_add(&text, "line ");
		text_add_number(&text, (uint64_t)problem);
		text_add(&text, " cannot be understood\n");
	} else if (problem) {
		text_add_error(&text, problem);
		text_add(&text, "\n");
	} else {
		/* Who listens already is connected before the answer tells. */
		ports_connect(loop_now_ms());
		describe_ports(&text);
	}
	call(CALL_SENDTO, fd, bytes, text.length, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
	call(CALL_CLOSE, fd);
}

static void happened(const struct loop_event *event)
{
	switch (event->kind) {
	case LOOP_PORT: port_happened(event->index, event->events); break;
	case LOOP_RESOLVER: resolver_happened(event->index, &files[current].network); break;
	case LOOP_CONTROL: control_arrived(); break;
	}
}

/* The earlier of two times from now, of which -1 is never. */
static int sooner(int one, int other)
{
	return other < 0 || (one >= 0 && one < other) ? one : other;
}

_Noreturn void program_main(struct start *start);

_Noreturn void program_main(struct start *start)
{
	static struct loop_event events[LOOP_EVENTS_MAX];
	long problem;

	if (start->count != 5 || !text_equal(start->arguments[1], "--network"))
		fail("usage", "switch --network ID MEMBERS CONTROL", 0);
	members_path = start->arguments[3];
	call(CALL_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	be_the_only_one();
	loop_start();
	problem = read_again();
	if (problem > 0)
		fail("a line cannot be understood", members_path, 0);
	if (problem)
		fail("cannot read", members_path, problem);
	/* Last: who can connect finds a switch that works. */
	listen_at(start->arguments[4]);
	for (;;) {
		const uint64_t now_ms = loop_now_ms();
		int timeout_ms = sooner(ports_connect(now_ms), resolver_expire(now_ms));
		unsigned count = loop_wait(events, timeout_ms);

		for (unsigned i = 0; i < count; i++)
			happened(&events[i]);
		ports_flush();
	}
}
