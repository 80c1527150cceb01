/* Waits for the guest's end and meanwhile forwards the host's ports: what listens where, and who
 * is told about what happens. */
#include "forward.h"
#include "control.h"
#include "flow.h"
#include "handover.h"
#include "kernel.h"
#include "loop.h"
#include "relay.h"
#include "sockets.h"
#include "text.h"

#define SIGNAL_BIT(signal) (1UL << ((signal)-1))

static struct forward {
	bool is_used;
	int type; /* SOCK_STREAM or SOCK_DGRAM */
	int fd;
	struct internet_address here, target;
} forwards[FORWARDS_MAX];
static int signals;

static bool read_protocol(const char **text, int *type)
{
	static const char names[2][5] = {"tcp:", "udp:"};

	for (unsigned i = 0; i < 2; i++) {
		if (text_starts(*text, names[i])) {
			*text += 4;
			*type = i ? SOCK_DGRAM : SOCK_STREAM;
			return true;
		}
	}
	return false;
}

/* Returns the port, or a negated error number; 0 when it cannot be understood. */
static long add(const char *text)
{
	struct forward new = {.is_used = true};
	unsigned at = 0;
	long fd;

	if (!read_protocol(&text, &new.type) || !address_read(&text, ':', &new.here) ||
	    !address_read(&text, '\0', &new.target))
		return 0;
	while (at < FORWARDS_MAX && forwards[at].is_used)
		at++;
	if (at == FORWARDS_MAX)
		return -EAGAIN;
	fd = socket_listen(new.type, &new.here);
	if (fd < 0)
		return fd;
	new.fd = (int)fd;
	forwards[at] = new;
	loop_watch(new.fd, EPOLLIN, LOOP_LISTENER, at);
	return __builtin_bswap16(new.here.port);
}

static bool remove(const char *text)
{
	struct internet_address here;
	int type;

	if (!read_protocol(&text, &type) || !address_read(&text, '\0', &here))
		return false;
	for (unsigned i = 0; i < FORWARDS_MAX; i++) {
		struct forward *forward = &forwards[i];

		if (!forward->is_used || forward->type != type ||
		    !address_equal(&forward->here, &here))
			continue;
		flow_forget(forward->fd);
		call(CALL_CLOSE, forward->fd);
		forward->is_used = false;
		return true;
	}
	return false;
}

static void list(struct text *answer)
{
	for (unsigned i = 0; i < FORWARDS_MAX; i++) {
		if (!forwards[i].is_used)
			continue;
		text_add(answer, forwards[i].type == SOCK_STREAM ? "tcp:" : "udp:");
		address_write(answer, &forwards[i].here);
		text_add(answer, ":");
		address_write(answer, &forwards[i].target);
		text_add(answer, "\n");
	}
}

void forward_request(const char *line, struct text *answer)
{
	if (text_equal(line, "list")) {
		list(answer);
	} else if (text_starts(line, "add ")) {
		long port = add(line + 4);

		text_add(answer, port > 0 ? "ok " : "error ");
		if (port > 0)
			text_add_number(answer, (uint64_t)port);
		else
			text_add_error(answer, port);
		text_add(answer, "\n");
	} else if (text_starts(line, "remove ")) {
		text_add(answer, remove(line + 7) ? "ok\n" : "error no such forward\n");
	} else {
		text_add(answer, "error unknown request\n");
	}
}

static void catch_signals(void)
{
	const uint64_t mask = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGTERM) | SIGNAL_BIT(SIGINT) |
			      SIGNAL_BIT(SIGHUP);

	call(CALL_SIGPROCMASK, SIG_BLOCK, &mask, 0, sizeof(mask));
	signals = (int)call(CALL_SIGNALFD4, -1, &mask, sizeof(mask), O_NONBLOCK | O_CLOEXEC);
	if (signals < 0)
		fail("cannot wait for signals", NULL, signals);
	loop_watch(signals, EPOLLIN, LOOP_SIGNAL, 0);
}

/* Two descriptors for each connection. */
static void allow_descriptors(void)
{
	struct limit limit;

	if (call(CALL_PRLIMIT, 0, RLIMIT_NOFILE, 0, &limit))
		return;
	limit.soft = limit.hard;
	call(CALL_PRLIMIT, 0, RLIMIT_NOFILE, &limit, 0);
}

void forward_prepare(const struct options *options)
{
	loop_start();
	catch_signals();
	allow_descriptors();
	for (unsigned i = 0; i < options->forward_count; i++) {
		long port = add(options->forwards[i]);

		if (port <= 0)
			fail("cannot forward", options->forwards[i], port);
	}
	if (options->control)
		control_listen(options->control);
}

/* Asks the guest to end; who asks twice does not want to wait. */
static void stop(long guest, int request)
{
	static bool is_asked;

	if (is_asked || call(CALL_WRITE, request, "", 1) != 1)
		call(CALL_KILL, guest, SIGKILL);
	is_asked = true;
}

/* Whether the guest has ended; *status is then how. */
static bool handle_signals(long guest, int request, int *status)
{
	struct {
		uint32_t signal;
		char rest[124];
	} arrived;

	while (call(CALL_READ, signals, &arrived, sizeof(arrived)) == sizeof(arrived))
		if (arrived.signal != SIGCHLD)
			stop(guest, request);
	return call(CALL_WAIT4, guest, status, WNOHANG, 0) == guest;
}

static void accept(const struct forward *forward)
{
	long fd;

	if (!forward->is_used)
		return;
	if (forward->type == SOCK_DGRAM) {
		flow_arrived(forward->fd, &forward->target);
		return;
	}
	fd = call(CALL_ACCEPT4, forward->fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		relay_start((int)fd, &forward->target);
}

int forward_until_end(long guest, int request)
{
	struct loop_event events[LOOP_EVENTS_MAX];
	int status;

	/* It may have ended before anybody listened to signals. */
	if (handle_signals(guest, request, &status))
		return status;
	for (;;) {
		unsigned count = loop_wait(events);

		for (unsigned i = 0; i < count; i++) {
			unsigned index = events[i].index;

			switch (events[i].kind) {
			case LOOP_SIGNAL:
				if (handle_signals(guest, request, &status))
					return status;
				break;
			case LOOP_LISTENER: accept(&forwards[index]); break;
			case LOOP_CONTROL: control_arrived(); break;
			case LOOP_CLIENT: control_happened(index); break;
			case LOOP_RELAY: relay_happened(index, events[i].events); break;
			case LOOP_FLOW: flow_answered(index); break;
			case LOOP_HANDOVER: handover_arrived(index); break;
			}
		}
	}
}
