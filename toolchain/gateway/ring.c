/* The bytes of one direction of a connection, in a ring. */
#include "ring.h"

static union block {
	union block *next;
	uint8_t bytes[RING_BYTES];
} *free_blocks;

static bool borrow(struct ring *ring)
{
	long memory;

	if (ring->bytes)
		return true;
	ring->start = ring->length = 0;
	if (free_blocks) {
		ring->bytes = free_blocks->bytes;
		free_blocks = free_blocks->next;
		return true;
	}
	memory = call(CALL_MMAP, 0, RING_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ring->bytes = memory < 0 ? NULL : (uint8_t *)memory;
	return ring->bytes != NULL;
}

void ring_release(struct ring *ring)
{
	union block *block = (union block *)ring->bytes;

	if (!block)
		return;
	block->next = free_blocks;
	free_blocks = block;
	*ring = (struct ring){0};
}

static size_t smaller(size_t one, size_t other)
{
	return one < other ? one : other;
}

/* The first free place, and how many follow it. */
static uint8_t *free_part(const struct ring *ring, size_t *length)
{
	size_t at = (ring->start + ring->length) % RING_BYTES;

	*length = smaller(ring_room(ring), RING_BYTES - at);
	return ring->bytes + at;
}

size_t ring_put(struct ring *ring, const uint8_t *bytes, size_t length)
{
	size_t put = 0, part;

	if (!length || !borrow(ring))
		return 0;
	while (put < length && ring_room(ring)) {
		uint8_t *to = free_part(ring, &part);

		part = smaller(part, length - put);
		__builtin_memcpy(to, bytes + put, part);
		ring->length += part;
		put += part;
	}
	return put;
}

void ring_copy(const struct ring *ring, size_t skip, uint8_t *to, size_t length)
{
	size_t at = (ring->start + skip) % RING_BYTES, part = smaller(length, RING_BYTES - at);

	__builtin_memcpy(to, ring->bytes + at, part);
	__builtin_memcpy(to + part, ring->bytes, length - part);
}

void ring_drop(struct ring *ring, size_t length)
{
	ring->start = (ring->start + length) % RING_BYTES;
	ring->length -= length;
	if (!ring->length)
		ring_release(ring);
}

long ring_receive(struct ring *ring, int fd, size_t *moved)
{
	*moved = 0;
	if (!borrow(ring))
		return -EPIPE;
	while (ring_room(ring)) {
		size_t part;
		uint8_t *to = free_part(ring, &part);
		long got = call(CALL_RECVFROM, fd, to, part, MSG_DONTWAIT, 0, 0);

		if (got <= 0) {
			if (!ring->length)
				ring_release(ring);
			return got;
		}
		ring->length += (size_t)got;
		*moved += (size_t)got;
		if ((size_t)got < part)
			break;
	}
	return -EAGAIN;
}

long ring_send(struct ring *ring, int fd, size_t *moved)
{
	*moved = 0;
	while (ring->length) {
		size_t part = smaller(ring->length, RING_BYTES - ring->start);
		long sent = call(CALL_SENDTO, fd, ring->bytes + ring->start, part,
				 MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);

		if (sent < 0)
			return sent;
		*moved += (size_t)sent;
		ring_drop(ring, (size_t)sent);
	}
	return -EAGAIN;
}
