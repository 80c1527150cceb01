/* Network interfaces, between drivers (virtio-net, netfront, …) and the network stack. */
#ifndef UK_NETDEV_H
#define UK_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory a driver can send from and receive into. The owner of a buffer gets it back through
 * its own `done`. A stack may embed it in its packet structure. */
struct uk_netbuf {
	void *data;
	size_t length;
	struct uk_netbuf *next; /* further fragments of one packet, when sending */
	void (*done)(struct uk_netbuf *self);
	uint16_t checksum_start, checksum_offset; /* sending: device completes it if offloaded */
	bool needs_checksum;
	bool checksum_valid; /* received: the device has verified it */
};

struct uk_netdev;
struct uk_netdev_ops {
	/* Queues one packet; -ENOBUFS when the ring is full (nothing was taken). */
	int (*send)(struct uk_netdev *, struct uk_netbuf *packet);
	/* Tells the device about all that was queued: once per batch. */
	void (*flush)(struct uk_netdev *);
	/* Hands up to `budget` received packets to receive(); returns how many. */
	unsigned (*poll)(struct uk_netdev *, unsigned budget);
	/* Gives an empty buffer to the receive ring. -ENOBUFS when it is full. */
	int (*supply)(struct uk_netdev *, struct uk_netbuf *buffer);
};

struct uk_netdev {
	const struct uk_netdev_ops *ops;
	uint8_t address[6];
	uint16_t mtu; /* bytes, without the Ethernet header */
	bool offload_checksum, offload_tso;
	/* Set by the stack: a packet of buffer->length bytes has arrived; the stack owns it. */
	void (*receive)(struct uk_netdev *, struct uk_netbuf *buffer);
	void *stack;
	struct uk_netdev *next;
};

void uk_netdev_add(struct uk_netdev *device);
/* All interfaces in the order found; NULL when there is none. */
struct uk_netdev *uk_netdev_first(void);

#endif
