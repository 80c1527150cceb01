/* What a connection has to say to the guest, as segments. Checksums of TCP are left out: a
 * sandboxed guest does not look at them, since nothing here can change on the way. */
#include "bytes.h"
#include "connection.h"

#define HEADER_BYTES 20
#define MSS_OPTION_BYTES 4
#define OWN_MSS 1460
#define WINDOW_MAX 65535u

static uint32_t own_window(const struct connection *connection)
{
	size_t room = ring_room(&connection->up);

	return room > WINDOW_MAX ? WINDOW_MAX : (uint32_t)room;
}

static void write_header(uint8_t *to, const struct far_end *far, uint16_t guest_port,
			 uint32_t sequence, uint32_t acknowledgement, unsigned header_bytes,
			 uint8_t flags, uint32_t window)
{
	write16(to, far->port);
	write16(to + 2, guest_port);
	write32(to + 4, sequence);
	write32(to + 8, flags & FLAG_ACK ? acknowledgement : 0);
	to[12] = (uint8_t)(header_bytes << 2);
	to[13] = flags;
	write16(to + 14, (uint16_t)window);
	write32(to + 16, 0);
}

/* With bytes of the ring behind down_first; false when there is no room. */
static bool send(struct connection *connection, uint32_t sequence, uint8_t flags, size_t bytes)
{
	unsigned header_bytes = HEADER_BYTES + (flags & FLAG_SYN ? MSS_OPTION_BYTES : 0);
	uint32_t window = own_window(connection);
	uint8_t *segment = packet_room();

	if (!segment)
		return false;
	write_header(segment, &connection->far, connection->guest_port, sequence,
		     connection->up_next, header_bytes, flags, window);
	if (flags & FLAG_SYN)
		write32(segment + HEADER_BYTES, 0x02040000 | OWN_MSS);
	if (bytes)
		ring_copy(&connection->down, sequence - connection->down_first,
			  segment + header_bytes, bytes);
	packet_add(PROTOCOL_TCP, connection->far.address, header_bytes + bytes);
	if (flags & FLAG_ACK) {
		connection->owes_acknowledgement = false;
		connection->up_edge = connection->up_next + window;
	}
	return true;
}

static void advance(struct connection *connection, uint32_t bytes)
{
	connection->down_next += bytes;
	if ((int32_t)(connection->down_next - connection->down_furthest) > 0)
		connection->down_furthest = connection->down_next;
}

/* The first segment of a connection. */
static bool send_first(struct connection *connection, uint8_t flags)
{
	if (connection->down_next != connection->down_first)
		return true;
	introduce_gateway();
	if (!send(connection, connection->down_first, flags, 0))
		return false;
	advance(connection, 1);
	return true;
}

/* How long the next segment is to be; 0: it must not be sent now. Little room in the window is
 * left alone until there is more, unless nothing else is on its way. */
static size_t next_bytes(const struct connection *connection)
{
	uint32_t on_way = connection->down_next - connection->down_first;
	size_t unsent = on_way < connection->down.length ? connection->down.length - on_way : 0;
	size_t room = on_way < connection->window ? connection->window - on_way : 0;
	size_t bytes = unsent < room ? unsent : room;

	if (bytes > connection->segment_bytes)
		return connection->segment_bytes;
	return bytes < unsent && on_way && bytes < connection->segment_bytes ? 0 : bytes;
}

static bool send_bytes(struct connection *connection)
{
	size_t bytes;

	while ((bytes = next_bytes(connection))) {
		uint32_t sent = connection->down_next - connection->down_first + (uint32_t)bytes;
		bool is_last = sent == connection->down.length;

		if (!send(connection, connection->down_next,
			  FLAG_ACK | (is_last ? FLAG_PSH : 0), bytes))
			return false;
		advance(connection, (uint32_t)bytes);
	}
	/* The end has a place of its own behind the last byte. */
	if (connection->down_ended && !connection->is_down_closed &&
	    connection->down_next - connection->down_first == connection->down.length) {
		if (!send(connection, connection->down_next, FLAG_ACK | FLAG_FIN, 0))
			return false;
		advance(connection, 1);
	}
	return true;
}

bool output(struct connection *connection)
{
	switch (connection->state) {
	case STATE_CALLING: return send_first(connection, FLAG_SYN);
	case STATE_DIALING: return true;
	case STATE_ANSWERING: return send_first(connection, FLAG_SYN | FLAG_ACK);
	case STATE_OPEN: break;
	}
	/* There is room again that the guest does not know of. */
	if (connection->up_next + own_window(connection) - connection->up_edge >= RING_BYTES / 4)
		connection->owes_acknowledgement = true;
	return send_bytes(connection) &&
	       (!connection->owes_acknowledgement ||
		send(connection, connection->down_next, FLAG_ACK, 0));
}

void output_refusal(const struct far_end *far, uint16_t guest_port, uint32_t sequence,
		    uint32_t acknowledgement, uint8_t flags)
{
	uint8_t *segment = packet_room();

	if (!segment)
		return;
	write_header(segment, far, guest_port, sequence, acknowledgement, HEADER_BYTES,
		     FLAG_RST | flags, 0);
	packet_add(PROTOCOL_TCP, far->address, HEADER_BYTES);
}
