/*
 * Arriving packets. A buffer of the device's ring is a packet of lwIP's at the same time, so
 * nothing is copied; but when the stack holds on to many of them, packets are copied to memory
 * of their own size, lest the ring runs dry and small packets pin large buffers.
 */
#include <lwip/opt.h>
#include <lwip/pbuf.h>
#include <lwip/snmp.h>
#include <netif/ethernet.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include "interface.h"

#define BUFFER_BYTES 2048

struct receive_buffer {
	struct pbuf_custom custom;
	struct interface *interface;
	char data[];
};
#define DATA_BYTES (BUFFER_BYTES - sizeof(struct receive_buffer))

_Static_assert(DATA_BYTES >= 1500 + 14 + 4 + UK_NETDEV_RECEIVE_OVERHEAD,
	       "a receive buffer must hold an Ethernet frame");

static struct receive_buffer *buffer_of(struct uk_netbuf *netbuf)
{
	return (struct receive_buffer *)((char *)netbuf -
					 offsetof(struct receive_buffer, custom.pbuf.netbuf));
}

static void give_to_device(struct receive_buffer *buffer)
{
	struct uk_netbuf *netbuf = &buffer->custom.pbuf.netbuf;

	netbuf->data = buffer->data;
	netbuf->length = DATA_BYTES;
	/* The ring has a place for every buffer. */
	uk_assert(buffer->interface->device->ops->supply(buffer->interface->device, netbuf) == 0);
}

static void packet_freed(struct pbuf *packet)
{
	struct receive_buffer *buffer = (struct receive_buffer *)packet;

	buffer->interface->receive_held--;
	give_to_device(buffer);
}

void uk_lwip_receive_start(struct interface *interface)
{
	unsigned per_page = UK_PAGE_SIZE / BUFFER_BYTES;

	for (unsigned i = 0; i < interface->device->receive_limit; i += per_page) {
		char *page = uk_pages_alloc(1, 1);

		if (page == NULL)
			return; /* fewer buffers: slower, not wrong */
		for (unsigned j = 0; j < per_page && i + j < interface->device->receive_limit; j++) {
			struct receive_buffer *buffer = (void *)(page + j * BUFFER_BYTES);

			buffer->custom.custom_free_function = packet_freed;
			buffer->interface = interface;
			interface->receive_total++;
			give_to_device(buffer);
		}
	}
}

static struct pbuf *copy_packet(const void *data, uint16_t length)
{
	struct pbuf *packet = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);

	if (packet != NULL)
		memcpy(packet->payload, data, length);
	return packet;
}

void uk_lwip_receive(struct uk_netdev *device, struct uk_netbuf *netbuf)
{
	struct interface *interface = device->stack;
	struct receive_buffer *buffer = buffer_of(netbuf);
	char *data = netbuf->data;
	uint16_t length = (uint16_t)netbuf->length;
	bool checksum_valid = netbuf->checksum_valid;
	struct pbuf *packet;

	if (interface->receive_held >= interface->receive_total / 2) {
		packet = copy_packet(data, length);
		give_to_device(buffer);
		if (packet == NULL)
			return;
	} else {
		packet = pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &buffer->custom, data,
					     length);
		interface->receive_held++;
	}
	uint16_t checks = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;

	if (checksum_valid)
		interface->netif.chksum_flags &= (uint16_t)~checks;
	else
		interface->netif.chksum_flags |= checks;
	if (interface->netif.input(packet, &interface->netif) != ERR_OK)
		pbuf_free(packet);
}
