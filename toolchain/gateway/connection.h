/* One connection between the guest and a socket of the host, and the table of all. "Down" is
 * towards the guest, "up" towards the host. */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include "frames.h"
#include "ring.h"

#define CONNECTIONS_MAX 2048
#define FLAG_FIN 1
#define FLAG_SYN 2
#define FLAG_RST 4
#define FLAG_PSH 8
#define FLAG_ACK 16

enum state {
	STATE_CALLING,	 /* the guest has been asked for a connection */
	STATE_DIALING,	 /* the guest has asked, the host's socket is being connected */
	STATE_ANSWERING, /* the guest has been told that it is */
	STATE_OPEN,
};

struct connection {
	struct connection *next; /* in its bucket, or among the free ones */
	struct connection *next_dirty;
	bool is_used, is_dirty;
	uint16_t generation;
	enum state state;
	struct far_end far;
	uint16_t guest_port;
	int fd;
	uint32_t watched; /* which events of it */

	struct ring down;
	uint32_t down_first;	/* sequence number of what the guest has not acknowledged */
	uint32_t down_next;	/* of what is sent next; falls back to down_first to repeat */
	uint32_t down_furthest; /* of what has never been sent */
	uint32_t window;	/* how much the guest takes from down_first on */
	uint16_t segment_bytes;
	uint8_t duplicates;	/* acknowledgements that said nothing new */
	bool down_ended;	/* the host has closed its half */
	bool is_down_closed;	/* and the guest has acknowledged that */

	struct ring up;
	uint32_t up_next; /* sequence number of what the guest sends next */
	uint32_t up_edge; /* up to where it has been told that it may send */
	bool up_ended;	  /* the guest has closed its half */
	bool is_up_shut;  /* and the host has been told */
	bool owes_acknowledgement;

	uint64_t heard_ms; /* when the guest last let it go on, or was repeated to */
	unsigned repeats;
};

struct connection *connection_find(const struct far_end *far, uint16_t guest_port);
/* NULL when there are too many. */
struct connection *connection_new(const struct far_end *far, uint16_t guest_port, int fd,
				  enum state state);
/* NULL behind the last that was ever used. */
struct connection *connection_at(unsigned index);
void connection_free(struct connection *connection);
/* It will be looked at before the process waits again. */
void connection_dirty(struct connection *connection);
/* The next of these, which is then none of them any more; NULL: there is none. */
struct connection *connection_take_dirty(void);
/* Watches for what it can do something with. */
void connection_watch(struct connection *connection);

/* output.c: sends what it has to say; false when there was no room for all. */
bool output(struct connection *connection);
/* A segment that belongs to no connection is refused. Lost when there is no room. */
void output_refusal(const struct far_end *far, uint16_t guest_port, uint32_t sequence,
		    uint32_t acknowledgement, uint8_t flags);
/* Whether something is on its way whose answer is waited for. */
static inline bool is_waiting(const struct connection *connection)
{
	return connection->down_next != connection->down_first ||
	       (connection->state == STATE_OPEN && connection->down.length);
}

#endif
