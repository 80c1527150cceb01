/*
 * Relays TCP connections: what arrives on one side is written to the other. What the other side
 * does not take is kept, and until it is gone nothing more is read: no connection holds more than
 * one piece. A reset on one side becomes a reset on the other, so that who connects sees what
 * the guest did.
 */
#include "relay.h"
#include "kernel.h"

#define RELAYS_MAX 1024
#define PIECE_BYTES 65536
/* Others shall have their turn. */
#define PIECES_AT_ONCE 8

/* One direction's memory, and the list of those that nobody uses. */
struct piece {
	struct piece *next;
	size_t start, length;
	char bytes[PIECE_BYTES];
};

struct side {
	int fd;
	bool has_ended;	       /* nothing more can be read from it */
	bool is_shut;	       /* it has been told that nothing more comes */
	bool is_connecting;
	bool is_forgotten;     /* nothing can happen to it that matters */
	struct piece *pending; /* to be written to it */
};

static struct relay {
	bool is_used;
	uint16_t generation; /* an event may still be on its way that was the predecessor's */
	struct side sides[2];
} relays[RELAYS_MAX];
static struct piece *free_pieces;

static struct piece *take_piece(void)
{
	struct piece *piece = free_pieces;
	long memory;

	if (piece) {
		free_pieces = piece->next;
		return piece;
	}
	memory = call(CALL_MMAP, 0, sizeof(*piece), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory < 0 ? NULL : (struct piece *)memory;
}

static void give_piece(struct piece *piece)
{
	if (!piece)
		return;
	piece->next = free_pieces;
	free_pieces = piece;
}

static unsigned index_of(const struct relay *relay, unsigned side)
{
	return (unsigned)relay->generation << 16 | ((unsigned)(relay - relays) * 2 + side);
}

static void end(struct relay *relay, bool by_reset)
{
	for (unsigned i = 0; i < 2; i++) {
		if (by_reset)
			socket_reset(relay->sides[i].fd);
		else
			call(CALL_CLOSE, relay->sides[i].fd);
		give_piece(relay->sides[i].pending);
	}
	relay->is_used = false;
}

/* A side is read while what came from it before has been written to the other. */
static void watch(struct relay *relay, bool is_new)
{
	for (unsigned i = 0; i < 2; i++) {
		struct side *side = &relay->sides[i], *other = &relay->sides[!i];
		uint32_t events = 0;

		if (!side->has_ended && !other->pending && !other->is_connecting &&
		    !side->is_connecting)
			events |= EPOLLIN;
		if (side->pending || side->is_connecting)
			events |= EPOLLOUT;
		/* Ended in both directions, it would be reported for ever. */
		if (side->has_ended && side->is_shut) {
			if (!side->is_forgotten)
				loop_forget(side->fd);
			side->is_forgotten = true;
			continue;
		}
		(is_new ? loop_watch : loop_change)(side->fd, events, LOOP_RELAY,
						    index_of(relay, i));
	}
}

void relay_start(int accepted, const struct internet_address *target)
{
	unsigned at = 0;
	int yes = 1;
	long fd;

	while (at < RELAYS_MAX && relays[at].is_used)
		at++;
	fd = at < RELAYS_MAX ? socket_connect(SOCK_STREAM, target) : -EAGAIN;
	if (fd < 0) {
		socket_reset(accepted);
		return;
	}
	call(CALL_SETSOCKOPT, accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	relays[at] = (struct relay){.is_used = true,
				    .generation = (uint16_t)(relays[at].generation + 1),
				    .sides = {{.fd = accepted},
					      {.fd = (int)fd, .is_connecting = true}}};
	watch(&relays[at], true);
}

/* Both return false when the connection is broken. */
static bool flush(struct side *to)
{
	while (to->pending) {
		struct piece *piece = to->pending;
		long sent = call(CALL_SENDTO, to->fd, piece->bytes + piece->start, piece->length,
				 MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);

		if (sent < 0)
			return sent == -EAGAIN;
		piece->start += (size_t)sent;
		piece->length -= (size_t)sent;
		if (!piece->length) {
			to->pending = NULL;
			give_piece(piece);
		}
	}
	return true;
}

static bool move(struct side *from, struct side *to)
{
	for (unsigned i = 0; i < PIECES_AT_ONCE && !to->pending && !from->has_ended; i++) {
		struct piece *piece = take_piece();
		long got = piece ? call(CALL_RECVFROM, from->fd, piece->bytes, PIECE_BYTES,
					MSG_DONTWAIT, 0, 0)
				 : -EPIPE;

		if (got <= 0) {
			give_piece(piece);
			from->has_ended = got == 0;
			return got == 0 || got == -EAGAIN;
		}
		piece->start = 0;
		piece->length = (size_t)got;
		to->pending = piece;
		if (!flush(to))
			return false;
		if (got < PIECE_BYTES)
			break;
	}
	return true;
}

static bool has_connected(struct side *side)
{
	int error = 0, length = sizeof(error);

	if (call(CALL_GETSOCKOPT, side->fd, SOL_SOCKET, SO_ERROR, &error, &length) || error)
		return false;
	side->is_connecting = false;
	return true;
}

void relay_happened(unsigned index, uint32_t events)
{
	struct relay *relay = &relays[(index & 0xffff) / 2];
	struct side *side = &relay->sides[index % 2], *other = &relay->sides[!(index % 2)];
	bool works = true;

	if (!relay->is_used || relay->generation != index >> 16)
		return;
	if (events & EPOLLERR)
		works = false;
	if (works && side->is_connecting)
		works = has_connected(side);
	if (works && events & EPOLLOUT)
		works = flush(side);
	if (works && events & (EPOLLIN | EPOLLHUP) && !side->is_connecting &&
	    !other->is_connecting)
		works = move(side, other);
	if (!works) {
		end(relay, true);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		struct side *to = &relay->sides[!i];

		/* Told once, when all has been written that came before the end. */
		if (relay->sides[i].has_ended && !to->pending && !to->is_shut) {
			call(CALL_SHUTDOWN, to->fd, SHUT_WR);
			to->is_shut = true;
		}
	}
	if (relay->sides[0].is_shut && relay->sides[1].is_shut)
		end(relay, false);
	else
		watch(relay, false);
}
