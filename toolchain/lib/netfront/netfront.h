/* An interface, between its data path (netfront.c) and how it comes to be (connect.c). */
#ifndef UK_NETFRONT_H
#define UK_NETFRONT_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/netdev.h>
#include <uk/xen-ring.h>

#define PACKETS CONFIG_NETFRONT_PACKETS
#define PACKET_BYTES 2048u /* half a page: a packet to be sent */

struct transmit_request {
	uint32_t lent;
	uint16_t offset, flags, id, size;
};

struct transmit_response {
	uint16_t id;
	int16_t status;
};

union transmit_place {
	struct transmit_request request;
	struct transmit_response response;
};

struct receive_request {
	uint16_t id, padding;
	uint32_t lent;
};

struct receive_response {
	uint16_t id, offset, flags;
	int16_t status; /* length, or an error */
};

union receive_place {
	struct receive_request request;
	struct receive_response response;
};

/* As many places as fit into a page, down to a power of two. */
#define TRANSMIT_PLACES 256u
#define RECEIVE_PLACES 256u

struct netfront {
	struct uk_netdev netdev; /* first */
	struct uk_xen_ring transmit, receive;
	char *transmit_pages, *receive_pages;
	uint32_t transmit_lent[PACKETS / 2], receive_lent[PACKETS];
	uint16_t free[PACKETS]; /* ids of packets that can be sent */
	unsigned free_count;
	bool is_blocked; /* someone waits for such an id */
	struct uk_netbuf *buffers[PACKETS];
	unsigned buffer_count;
};

extern const struct uk_netdev_ops uk_netfront_ops;
/* Lets the host use a receive page. */
void uk_netfront_offer(struct netfront *device, uint16_t id);

#endif
