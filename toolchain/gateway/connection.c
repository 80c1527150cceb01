/* The table of connections. */
#include "connection.h"
#include "loop.h"

#define BUCKETS 1024
#define WATCHED_NO_MORE ~0u

static struct connection connections[CONNECTIONS_MAX];
static struct connection *buckets[BUCKETS], *free_ones;
static unsigned ever_used;
static struct connection *first_dirty, **last_dirty = &first_dirty;

static struct connection **bucket_of(const struct far_end *far, uint16_t guest_port)
{
	uint32_t hash = far->address ^ (uint32_t)far->port << 16 ^ guest_port;

	return &buckets[hash * 2654435761u >> 22];
}

struct connection *connection_find(const struct far_end *far, uint16_t guest_port)
{
	struct connection *at = *bucket_of(far, guest_port);

	while (at && (at->far.address != far->address || at->far.port != far->port ||
		      at->guest_port != guest_port))
		at = at->next;
	return at;
}

struct connection *connection_new(const struct far_end *far, uint16_t guest_port, int fd,
				  enum state state)
{
	struct connection *new = free_ones, **bucket = bucket_of(far, guest_port);
	uint32_t sequence = 0;

	if (new)
		free_ones = new->next;
	else if (ever_used < CONNECTIONS_MAX)
		new = &connections[ever_used++];
	else
		return NULL;
	call(CALL_GETRANDOM, &sequence, sizeof(sequence), 0);
	/* It may still stand in the list of those to look at, for its predecessor. */
	*new = (struct connection){.next = *bucket,
				   .next_dirty = new->next_dirty,
				   .is_used = true,
				   .is_dirty = new->is_dirty,
				   .generation = (uint16_t)(new->generation + 1),
				   .state = state,
				   .far = *far,
				   .guest_port = guest_port,
				   .fd = fd,
				   .down_first = sequence,
				   .down_next = sequence,
				   .down_furthest = sequence,
				   .segment_bytes = 536,
				   .heard_ms = loop_now_ms()};
	*bucket = new;
	loop_watch(fd, &(struct loop_event){.kind = LOOP_CONNECTION,
					    .generation = new->generation,
					    .index = (unsigned)(new - connections)});
	connection_dirty(new);
	return new;
}

struct connection *connection_at(unsigned index)
{
	return index < ever_used ? &connections[index] : NULL;
}

void connection_free(struct connection *connection)
{
	struct connection **link = bucket_of(&connection->far, connection->guest_port);

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	ring_release(&connection->down);
	ring_release(&connection->up);
	connection->is_used = false;
	connection->next = free_ones;
	free_ones = connection;
}

void connection_dirty(struct connection *connection)
{
	if (connection->is_dirty)
		return;
	connection->is_dirty = true;
	connection->next_dirty = NULL;
	*last_dirty = connection;
	last_dirty = &connection->next_dirty;
}

struct connection *connection_take_dirty(void)
{
	struct connection *first = first_dirty;

	if (!first)
		return NULL;
	first_dirty = first->next_dirty;
	if (!first_dirty)
		last_dirty = &first_dirty;
	first->is_dirty = false;
	return first;
}

void connection_watch(struct connection *connection)
{
	uint32_t events = 0;

	/* Ended in both directions, it would be reported for ever. */
	if (connection->down_ended && connection->is_up_shut) {
		if (connection->watched != WATCHED_NO_MORE)
			loop_forget(connection->fd);
		connection->watched = WATCHED_NO_MORE;
		return;
	}
	if (connection->state == STATE_DIALING || connection->up.length)
		events |= EPOLLOUT;
	if (connection->state == STATE_OPEN && !connection->down_ended &&
	    ring_room(&connection->down))
		events |= EPOLLIN;
	if (events == connection->watched)
		return;
	connection->watched = events;
	loop_change(connection->fd,
		    &(struct loop_event){.events = events,
					 .kind = LOOP_CONNECTION,
					 .generation = connection->generation,
					 .index = (unsigned)(connection - connections)});
}
