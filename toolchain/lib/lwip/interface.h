/* One network device as an interface of lwIP. */
#ifndef UK_LWIP_INTERFACE_H
#define UK_LWIP_INTERFACE_H

#include <lwip/netif.h>
#include <stdbool.h>
#include <uk/netdev.h>

struct interface {
	struct netif netif;
	struct uk_netdev *device;
	unsigned receive_total, receive_held; /* buffers that exist; those the stack holds */
	struct uk_netbuf *backlog_first, *backlog_last; /* packets the full ring refused */
	unsigned backlog_length;
	bool has_refused; /* packets since the backlog was last short */
	struct interface *next;
};

extern struct interface *uk_lwip_interfaces;

/* Makes interfaces of all devices; their addresses are not set. */
void uk_lwip_interfaces_add(void);
/* Receives and sends what there is; returns how much that was. */
unsigned uk_lwip_interface_poll(struct interface *interface);
/* Has the device interrupt; false when there is something to poll already. */
bool uk_lwip_interface_arm(struct interface *interface);
/* Fills the device's receive ring; the buffers go round from then on. */
void uk_lwip_receive_start(struct interface *interface);
/* The device's callback: a packet has arrived in one of those buffers. */
void uk_lwip_receive(struct uk_netdev *device, struct uk_netbuf *buffer);

#endif
