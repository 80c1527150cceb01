/* The bytes of one direction of a connection that have arrived here and are not done with. Its
 * memory is borrowed while there are any. */
#ifndef GATEWAY_RING_H
#define GATEWAY_RING_H

#include "kernel.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_BYTES 65536u

struct ring {
	uint8_t *bytes; /* NULL: none */
	size_t start, length;
};

static inline size_t ring_room(const struct ring *ring)
{
	return RING_BYTES - ring->length;
}

/* Appends from memory; returns how much there was room for. */
size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t length);
/* Copies from a distance behind its start, so much of it as is there. */
void ring_copy(const struct ring *ring, size_t skip, uint8_t *to, size_t length);
void ring_drop(struct ring *ring, size_t length);
/* Fills it from a socket, and empties it into one: what the kernel said last, of which -EAGAIN is
 * that it is all for now. *moved is what came or went. */
long ring_receive(struct ring *ring, int fd, size_t *moved);
long ring_send(struct ring *ring, int fd, size_t *moved);
void ring_release(struct ring *ring);

#endif
