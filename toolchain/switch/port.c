/* The guests' sockets. */
#include "port.h"
#include "bytes.h"
#include "kernel.h"
#include "loop.h"
#include "queue.h"
#include "services.h"
#include "text.h"

/* A tender's guest writes no longer message. */
#define IN_BYTES 65536
#define RETRY_MS_FIRST 5
#define RETRY_MS_MAX 1000

enum state { PORT_WAITING, PORT_HANDING, PORT_CONNECTED };

static struct port {
	bool is_used, has_output;
	enum state state;
	int fd;
	struct guest guest;
	uint64_t generation, retry_at_ms;
	unsigned retry_ms;
	size_t in_length;
	uint8_t in[IN_BYTES];
	struct queue out;
} ports[GUESTS_MAX];
static struct network network;
static uint64_t generations;

const struct identity *port_identity(unsigned index)
{
	return &ports[index].guest.identity;
}

bool port_is_connected(unsigned index)
{
	return ports[index].is_used && ports[index].state == PORT_CONNECTED;
}

uint64_t port_generation(unsigned index)
{
	return ports[index].generation;
}

static unsigned index_of(const struct port *port)
{
	return (unsigned)(port - ports);
}

static void disconnect(struct port *port)
{
	if (port->state != PORT_WAITING) {
		/* A tender keeps what it has handed over. */
		loop_forget(port->fd);
		call(CALL_CLOSE, port->fd);
	}
	port->state = PORT_WAITING;
	port->has_output = false;
	port->retry_ms = RETRY_MS_FIRST;
	port->retry_at_ms = 0;
	port->in_length = 0;
	port->generation = ++generations;
	queue_clear(&port->out);
}

static bool is_same(const struct guest *left, const struct guest *right)
{
	return left->identity.address == right->identity.address &&
	       mac_equal(left->identity.mac, right->identity.mac) &&
	       left->is_handed == right->is_handed && text_equal(left->path, right->path);
}

static bool is_wanted(const struct port *port, const struct members *members)
{
	for (unsigned i = 0; i < members->guest_count; i++)
		if (is_same(&port->guest, &members->guests[i]))
			return true;
	return false;
}

static void add(const struct guest *guest)
{
	struct port *free = NULL;

	for (struct port *port = ports; port < ports + GUESTS_MAX; port++) {
		if (port->is_used && is_same(&port->guest, guest)) {
			/* Somebody says that it is there: no need to wait longer. */
			if (port->state == PORT_WAITING) {
				port->retry_at_ms = 0;
				port->retry_ms = RETRY_MS_FIRST;
			}
			return;
		}
		if (!port->is_used && !free)
			free = port;
	}
	/* As many as a file can have; those that it does not name are gone already. */
	free->is_used = true;
	free->guest = *guest;
	disconnect(free);
}

void ports_apply(const struct members *members)
{
	network = members->network;
	for (struct port *port = ports; port < ports + GUESTS_MAX; port++) {
		if (port->is_used && !is_wanted(port, members)) {
			disconnect(port);
			port->is_used = false;
		}
	}
	for (unsigned i = 0; i < members->guest_count; i++)
		add(&members->guests[i]);
}

static long connect_to(const char *path)
{
	struct unix_address address = {.family = AF_UNIX};
	long fd = call(CALL_SOCKET, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return fd;
	__builtin_memcpy(address.path, path, text_length(path));
	error = call(CALL_CONNECT, fd, &address, sizeof(address));
	if (!error)
		return fd;
	call(CALL_CLOSE, fd);
	return error;
}

int ports_connect(uint64_t now_ms)
{
	uint64_t next_ms = UINT64_MAX;

	for (struct port *port = ports; port < ports + GUESTS_MAX; port++) {
		long fd;

		if (!port->is_used || port->state != PORT_WAITING)
			continue;
		if (now_ms >= port->retry_at_ms) {
			fd = connect_to(port->guest.path);
			if (fd >= 0) {
				port->fd = (int)fd;
				port->state = port->guest.is_handed ? PORT_HANDING : PORT_CONNECTED;
				loop_watch(port->fd, EPOLLIN, LOOP_PORT, index_of(port));
				continue;
			}
			port->retry_at_ms = now_ms + port->retry_ms;
			port->retry_ms *= 2;
			if (port->retry_ms > RETRY_MS_MAX)
				port->retry_ms = RETRY_MS_MAX;
		}
		if (port->retry_at_ms < next_ms)
			next_ms = port->retry_at_ms;
	}
	return next_ms == UINT64_MAX ? -1 : (int)(next_ms - now_ms);
}

void port_send(unsigned index, const uint8_t *frame, size_t length)
{
	if (port_is_connected(index))
		queue_add(&ports[index].out, SENDER_SWITCH, frame, length);
}

static void flush(struct port *port)
{
	bool has_output;

	if (!queue_send(&port->out, port->fd)) {
		disconnect(port);
		return;
	}
	has_output = port->out.count > 0;
	if (has_output != port->has_output)
		loop_change(port->fd, has_output ? EPOLLIN | EPOLLOUT : EPOLLIN, LOOP_PORT,
			    index_of(port));
	port->has_output = has_output;
}

void ports_flush(void)
{
	for (struct port *port = ports; port < ports + GUESTS_MAX; port++)
		/* A full socket tells when it has room. */
		if (port->is_used && port->state == PORT_CONNECTED && port->out.count &&
		    !port->has_output)
			flush(port);
}

/* To all others, or to the one that it is for. */
static void forward(const struct port *from, const uint8_t *frame, size_t length)
{
	const bool is_broadcast = mac_is_broadcast(frame);

	for (struct port *port = ports; port < ports + GUESTS_MAX; port++) {
		if (port == from || !port->is_used || port->state != PORT_CONNECTED)
			continue;
		if (!is_broadcast && !mac_equal(frame, port->guest.identity.mac))
			continue;
		queue_add(&port->out, index_of(from), frame, length);
		if (!is_broadcast)
			return;
	}
}

/* Takes whole frames from what has been read; false when it cannot be a stream of frames. */
static bool take_frames(struct port *port)
{
	size_t at = 0;

	while (port->in_length - at >= LENGTH_BYTES) {
		size_t length = read32(port->in + at);
		const uint8_t *frame = port->in + at + LENGTH_BYTES;

		if (!length || length > IN_BYTES - LENGTH_BYTES)
			return false;
		if (port->in_length - at - LENGTH_BYTES < length)
			break;
		if (filter_allows(&network, &port->guest.identity, frame, length)) {
			service_frame(&network, index_of(port), frame);
			forward(port, frame, length);
		}
		at += LENGTH_BYTES + length;
	}
	port->in_length -= at;
	__builtin_memmove(port->in, port->in + at, port->in_length);
	return true;
}

static void receive(struct port *port)
{
	long got = call(CALL_RECVFROM, port->fd, port->in + port->in_length,
			IN_BYTES - port->in_length, MSG_DONTWAIT, 0, 0);

	if (got == -EAGAIN || got == -EINTR)
		return;
	if (got <= 0) {
		disconnect(port);
		return;
	}
	port->in_length += (size_t)got;
	if (!take_frames(port))
		disconnect(port);
}

/* A tender hands over the descriptor and closes. */
static void take_descriptor(struct port *port)
{
	char byte;
	struct vector vector = {&byte, 1};
	struct handed_descriptor handed = {0};
	struct message message = {.vectors = &vector,
				  .vector_count = 1,
				  .control = &handed,
				  .control_length = sizeof(handed)};
	long got = call(CALL_RECVMSG, port->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got == -EAGAIN || got == -EINTR)
		return;
	if (got != 1 || message.control_length < HANDED_DESCRIPTOR_LENGTH ||
	    handed.level != SOL_SOCKET || handed.type != SCM_RIGHTS) {
		disconnect(port);
		return;
	}
	call(CALL_CLOSE, port->fd);
	port->fd = handed.fd;
	port->state = PORT_CONNECTED;
	loop_watch(port->fd, EPOLLIN, LOOP_PORT, index_of(port));
}

void port_happened(unsigned index, uint32_t events)
{
	struct port *port = &ports[index];

	if (!port->is_used || port->state == PORT_WAITING)
		return;
	if (port->state == PORT_HANDING) {
		take_descriptor(port);
		return;
	}
	if (events & EPOLLOUT)
		flush(port);
	if (port->state == PORT_CONNECTED && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(port);
}
