/* What the kinds of interfaces have in common. */
#ifndef UK_TENDER_NET_H
#define UK_TENDER_NET_H

#include <uk/netdev.h>
#include <uk/tender-abi.h>

/* Every packet has left the buffer when it has been sent, so sending needs no ring; for receiving
 * a few buffers are enough, and those that were used last are used first. */
#define RECEIVE_BUFFERS 64
#define FRAME_BYTES_MAX 1514

struct tender_device {
	struct uk_netdev netdev;
	int fd;
	bool is_blocked; /* someone waits for room to send */
	unsigned buffer_count;
	struct uk_netbuf *buffers[RECEIVE_BUFFERS];
};

/* tap.c, stream.c: what begins a device of this kind; NULL when memory is out. */
struct tender_device *tender_tap_new(void);
struct tender_device *tender_stream_new(void);

/* device.c */
int tender_supply(struct uk_netdev *netdev, struct uk_netbuf *buffer);
struct uk_netbuf *tender_take_buffer(struct tender_device *device);
/* Nothing more can be sent now: uk_plat_wait() shall end when it can. Returns -ENOBUFS. */
int tender_block(struct tender_device *device);
void tender_unblock(struct tender_device *device);
/* Copies a packet's fragments; 0 when they are longer than a frame, else the length. */
size_t tender_gather(char *to, const struct uk_netbuf *packet);

#endif
