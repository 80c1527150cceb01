/*
 * A ring of requests and responses in one lent page. Places are used in turn by both: a response
 * takes the place of a request that has been read. Each side says up to where it has come, and
 * after how many more it wants an event.
 */
#ifndef UK_XEN_RING_H
#define UK_XEN_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/xen.h>

struct uk_xen_ring_page {
	uint32_t requests, request_event, responses, response_event;
	uint8_t padding[48];
	uint8_t places[];
};

struct uk_xen_ring {
	struct uk_xen_ring_page *shared;
	uint32_t requests, responses; /* written, and read, by this side */
	uint32_t channel;
};

static inline void uk_xen_ring_init(struct uk_xen_ring *ring, void *zeroed_page, uint32_t channel)
{
	*ring = (struct uk_xen_ring){.shared = zeroed_page, .channel = channel};
	ring->shared->request_event = ring->shared->response_event = 1;
}

/* Hands over all requests that were written; sends an event if the other side wants one. */
static inline void uk_xen_ring_push(struct uk_xen_ring *ring)
{
	uint32_t before = ring->shared->requests;

	if (before == ring->requests)
		return;
	__atomic_store_n(&ring->shared->requests, ring->requests, __ATOMIC_SEQ_CST);
	if (ring->requests - __atomic_load_n(&ring->shared->request_event, __ATOMIC_SEQ_CST) <
	    ring->requests - before)
		uk_xen_event_send(ring->channel);
}

static inline bool uk_xen_ring_has_response(const struct uk_xen_ring *ring)
{
	return __atomic_load_n(&ring->shared->responses, __ATOMIC_SEQ_CST) != ring->responses;
}

/* Asks for an event at the next response; false when there is one already. */
static inline bool uk_xen_ring_arm(struct uk_xen_ring *ring)
{
	__atomic_store_n(&ring->shared->response_event, ring->responses + 1, __ATOMIC_SEQ_CST);
	return !uk_xen_ring_has_response(ring);
}

#endif
