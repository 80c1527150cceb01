/* TCP between the guest and sockets of the host: what arrives from either side, and what time
 * brings. */
#include "tcp.h"
#include "bytes.h"
#include "connection.h"
#include "sockets.h"

#define HEADER_BYTES 20
#define OPTION_END 0
#define OPTION_NOTHING 1
#define OPTION_MSS 2
#define OWN_MSS 1460
#define MSS_MIN 64
#define REPEAT_AFTER_MS 1000
#define REPEATS_MAX 60
#define TICK_MS 250
#define DUPLICATES_MEAN_LOSS 3
#define FIRST_PORT 1024

struct segment {
	uint32_t sequence, acknowledgement, window;
	uint8_t flags;
	uint16_t mss; /* 0: it does not say */
	const uint8_t *bytes;
	size_t length;
};

static bool needs_ticks;

/* Both sides are told that it is over, and that it did not end well. */
static void reset(struct connection *connection)
{
	output_refusal(&connection->far, connection->guest_port, connection->down_next,
		       connection->up_next, FLAG_ACK);
	socket_reset(connection->fd);
	connection_free(connection);
}

void tcp_accepted(int fd, uint16_t guest_port)
{
	static uint16_t port;
	struct far_end far = {.address = GATEWAY_ADDRESS};
	struct connection *new = NULL;

	for (unsigned i = 0; i < 65536 && !new; i++) {
		if (++port < FIRST_PORT)
			port = FIRST_PORT;
		far.port = port;
		if (connection_find(&far, guest_port))
			continue;
		new = connection_new(&far, guest_port, fd, STATE_CALLING);
		break;
	}
	if (!new)
		socket_reset(fd);
}

/* The guest asks for a connection. */
static void dial(const struct far_end *far, uint16_t guest_port, const struct segment *segment)
{
	struct internet_address address;
	struct connection *new = NULL;
	long fd = -EAGAIN;

	if (far_end_address(far, &address))
		fd = socket_connect(SOCK_STREAM, &address);
	if (fd >= 0)
		new = connection_new(far, guest_port, (int)fd, STATE_DIALING);
	if (!new) {
		if (fd >= 0)
			call(CALL_CLOSE, fd);
		output_refusal(far, guest_port, 0, segment->sequence + 1, FLAG_ACK);
		return;
	}
	new->up_next = segment->sequence + 1;
	new->window = segment->window;
	if (segment->mss)
		new->segment_bytes = segment->mss;
}

static uint16_t read_mss(const uint8_t *options, size_t length)
{
	for (size_t at = 0; at < length && options[at] != OPTION_END;) {
		if (options[at] == OPTION_NOTHING) {
			at++;
			continue;
		}
		if (at + 1 >= length || options[at + 1] < 2)
			break;
		if (options[at] == OPTION_MSS && options[at + 1] == 4 && at + 4 <= length) {
			uint16_t mss = read16(options + at + 2);

			return mss < MSS_MIN ? MSS_MIN : mss > OWN_MSS ? OWN_MSS : mss;
		}
		at += options[at + 1];
	}
	return 0;
}

/* What the guest says it has got. */
static void acknowledged(struct connection *connection, const struct segment *segment)
{
	uint32_t news = segment->acknowledgement - connection->down_first;

	if (news > connection->down_furthest - connection->down_first)
		return;
	if (!news) {
		bool says_nothing = !segment->length && !(segment->flags & FLAG_FIN) &&
				    segment->window == connection->window &&
				    connection->down_next != connection->down_first;

		connection->duplicates = says_nothing ? connection->duplicates + 1 : 0;
		if (connection->duplicates == DUPLICATES_MEAN_LOSS)
			connection->down_next = connection->down_first;
		if (segment->window > connection->window)
			connection->heard_ms = loop_now_ms();
	} else {
		size_t bytes = news < connection->down.length ? news : connection->down.length;

		ring_drop(&connection->down, bytes);
		connection->is_down_closed |= news > bytes;
		connection->down_first = segment->acknowledgement;
		if ((int32_t)(connection->down_next - connection->down_first) < 0)
			connection->down_next = connection->down_first;
		connection->duplicates = 0;
		connection->heard_ms = loop_now_ms();
	}
	connection->repeats = 0;
	connection->window = segment->window;
}

/* What it sends: taken in order and as far as there is room; it keeps the rest. */
static void take_bytes(struct connection *connection, const struct segment *segment)
{
	uint32_t known = connection->up_next - segment->sequence;
	size_t taken;

	if (!segment->length && !(segment->flags & FLAG_FIN))
		return;
	connection->owes_acknowledgement = true;
	if (known > segment->length || connection->up_ended)
		return;
	taken = ring_put(&connection->up, segment->bytes + known, segment->length - known);
	connection->up_next += (uint32_t)taken;
	if (segment->flags & FLAG_FIN && known + taken == segment->length) {
		connection->up_next++;
		connection->up_ended = true;
	}
}

static void open(struct connection *connection)
{
	connection->state = STATE_OPEN;
	connection->repeats = 0;
	connection->owes_acknowledgement = true;
	needs_ticks = true;
}

/* The guest's answer to what tcp_accepted() began. */
static void take_answer(struct connection *connection, const struct segment *segment)
{
	bool is_for_us = segment->flags & FLAG_ACK &&
			 segment->acknowledgement == connection->down_first + 1;

	if (!is_for_us)
		return;
	if (segment->flags & FLAG_RST) {
		socket_reset(connection->fd);
		connection_free(connection);
		return;
	}
	if (!(segment->flags & FLAG_SYN))
		return;
	connection->down_first = connection->down_next = segment->acknowledgement;
	connection->up_next = connection->up_edge = segment->sequence + 1;
	connection->window = segment->window;
	if (segment->mss)
		connection->segment_bytes = segment->mss;
	open(connection);
}

static void take(struct connection *connection, const struct segment *segment)
{
	connection_dirty(connection);
	if (connection->state == STATE_CALLING) {
		take_answer(connection, segment);
		return;
	}
	if (segment->flags & FLAG_RST) {
		if (segment->sequence - connection->up_next > RING_BYTES)
			return;
		socket_reset(connection->fd);
		connection_free(connection);
		return;
	}
	if (connection->state == STATE_DIALING)
		return;
	if (segment->flags & FLAG_SYN) {
		/* Asked again; or by somebody who does not know of this one, and learns of it. */
		if (connection->state == STATE_ANSWERING)
			connection->down_next = connection->down_first;
		connection->owes_acknowledgement = true;
		return;
	}
	if (!(segment->flags & FLAG_ACK))
		return;
	if (connection->state == STATE_ANSWERING) {
		if (segment->acknowledgement != connection->down_first + 1)
			return;
		connection->down_first = connection->down_next = segment->acknowledgement;
		connection->window = segment->window;
		open(connection);
		connection->owes_acknowledgement = false;
	}
	acknowledged(connection, segment);
	take_bytes(connection, segment);
}

void tcp_arrived(uint32_t target, const uint8_t *bytes, size_t length)
{
	struct far_end far = {.address = target};
	struct connection *connection;
	struct segment segment;
	size_t header;
	uint16_t guest_port;

	if (length < HEADER_BYTES)
		return;
	header = (size_t)(bytes[12] >> 4) * 4;
	if (header < HEADER_BYTES || header > length)
		return;
	guest_port = read16(bytes);
	far.port = read16(bytes + 2);
	segment = (struct segment){.sequence = read32(bytes + 4),
				   .acknowledgement = read32(bytes + 8),
				   .window = read16(bytes + 14),
				   .flags = bytes[13],
				   .bytes = bytes + header,
				   .length = length - header};
	if (segment.flags & FLAG_SYN)
		segment.mss = read_mss(bytes + HEADER_BYTES, header - HEADER_BYTES);
	connection = connection_find(&far, guest_port);
	if (connection)
		take(connection, &segment);
	else if ((segment.flags & (FLAG_SYN | FLAG_ACK | FLAG_RST)) == FLAG_SYN)
		dial(&far, guest_port, &segment);
	else if (segment.flags & FLAG_ACK && !(segment.flags & FLAG_RST))
		output_refusal(&far, guest_port, segment.acknowledgement, 0, 0);
}

static bool has_connected(struct connection *connection)
{
	int error = 0, length = sizeof(error);

	if (call(CALL_GETSOCKOPT, connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) || error)
		return false;
	connection->state = STATE_ANSWERING;
	return true;
}

void tcp_happened(const struct loop_event *event)
{
	struct connection *connection = connection_at(event->index);
	size_t moved;
	long result;

	if (!connection->is_used || connection->generation != event->generation)
		return;
	connection_dirty(connection);
	if (event->events & EPOLLERR) {
		reset(connection);
		return;
	}
	if (connection->state == STATE_DIALING && event->events & EPOLLOUT &&
	    !has_connected(connection)) {
		reset(connection);
		return;
	}
	if (event->events & EPOLLIN) {
		result = ring_receive(&connection->down, connection->fd, &moved);
		/* Time counts from when something is waited for. */
		if (moved && connection->down.length == moved)
			connection->heard_ms = loop_now_ms();
		if (!result)
			connection->down_ended = true;
		else if (result != -EAGAIN)
			reset(connection);
	}
}

/* Passes on what the guest has sent; false when the host's side is broken. */
static bool pass_up(struct connection *connection)
{
	size_t moved;

	if (ring_send(&connection->up, connection->fd, &moved) != -EAGAIN)
		return false;
	if (connection->up_ended && !connection->up.length && !connection->is_up_shut) {
		call(CALL_SHUTDOWN, connection->fd, SHUT_WR);
		connection->is_up_shut = true;
	}
	return true;
}

void tcp_work(void)
{
	struct connection *connection;

	while ((connection = connection_take_dirty())) {
		if (!connection->is_used)
			continue;
		if (connection->state == STATE_OPEN && !pass_up(connection)) {
			reset(connection);
			continue;
		}
		if (!output(connection)) {
			/* Looked at again when the guest has read something. */
			connection_dirty(connection);
			return;
		}
		if (connection->is_up_shut && connection->is_down_closed) {
			call(CALL_CLOSE, connection->fd);
			connection_free(connection);
			continue;
		}
		connection_watch(connection);
		needs_ticks |= is_waiting(connection);
	}
}

static void repeat(struct connection *connection)
{
	if (++connection->repeats > REPEATS_MAX) {
		reset(connection);
		return;
	}
	/* A closed window opens with an acknowledgement, which may have been lost as well. */
	if (connection->state == STATE_OPEN && !connection->window)
		connection->window = 1;
	connection->down_next = connection->down_first;
	connection_dirty(connection);
}

int tcp_tick(uint64_t now_ms)
{
	static uint64_t next_ms;
	struct connection *connection;

	if (!needs_ticks)
		return -1;
	if (now_ms < next_ms)
		return (int)(next_ms - now_ms);
	next_ms = now_ms + TICK_MS;
	needs_ticks = false;
	for (unsigned i = 0; (connection = connection_at(i)); i++) {
		if (!connection->is_used || !is_waiting(connection))
			continue;
		needs_ticks = true;
		if (now_ms - connection->heard_ms < REPEAT_AFTER_MS)
			continue;
		connection->heard_ms = now_ms;
		repeat(connection);
	}
	return TICK_MS;
}
