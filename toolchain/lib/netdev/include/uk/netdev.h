/* Network interfaces, between drivers (virtio-net, netfront, …) and the network stack. */
#ifndef UK_NETDEV_H
#define UK_NETDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory a driver can send from and receive into. The owner of a buffer gets it back through
 * its own `done`; a packet sent in fragments is given back as a whole, through that of its
 * first. A stack may embed it in its packet structure. */
struct uk_netbuf {
	/* Receiving: `length` bytes of room; on arrival the driver moves data past headers of its
	 * own and sets length to that of the packet. */
	void *data;
	size_t length;
	struct uk_netbuf *next; /* further fragments of one packet, when sending */
	void (*done)(struct uk_netbuf *self);
	uint16_t headroom; /* sending: bytes before data that the driver may write to */
	uint16_t checksum_start, checksum_offset; /* sending: device completes it if offloaded */
	bool needs_checksum;
	bool checksum_valid; /* received: the device has verified it */
};

#define UK_NETDEV_FRAGMENTS_MAX 16
/* What a driver may need of a receive buffer beside the packet and its Ethernet header. */
#define UK_NETDEV_RECEIVE_OVERHEAD 12

struct uk_netdev;
struct uk_netdev_ops {
	/* Queues one packet; -ENOBUFS when the ring is full, -EMSGSIZE when it has more than
	 * UK_NETDEV_FRAGMENTS_MAX fragments (nothing was taken). */
	int (*send)(struct uk_netdev *, struct uk_netbuf *packet);
	/* Tells the device about all that was queued and supplied: once per batch. */
	void (*flush)(struct uk_netdev *);
	/* Gives sent packets back and hands up to `budget` received ones to receive(); returns
	 * how many of these. */
	unsigned (*poll)(struct uk_netdev *, unsigned budget);
	/* Before waiting: asks for an interrupt on the next arrival, and when there is room again
	 * after -ENOBUFS. False when there is something to poll already. NULL: the device
	 * interrupts unasked. */
	bool (*arm)(struct uk_netdev *);
	/* Gives an empty buffer to the receive ring. -ENOBUFS when it is full. */
	int (*supply)(struct uk_netdev *, struct uk_netbuf *buffer);
};

struct uk_netdev {
	const struct uk_netdev_ops *ops;
	uint8_t address[6];
	uint16_t mtu; /* bytes, without the Ethernet header */
	bool offload_checksum, offload_tso;
	unsigned receive_limit; /* buffers that supply() can hold */
	/* Set by the stack: a packet of buffer->length bytes has arrived; the stack owns it. */
	void (*receive)(struct uk_netdev *, struct uk_netbuf *buffer);
	void *stack;
	struct uk_netdev *next;
};

void uk_netdev_add(struct uk_netdev *device);
/* All interfaces in the order found; NULL when there is none. */
struct uk_netdev *uk_netdev_first(void);

#endif
