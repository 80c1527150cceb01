/*
 * Network interfaces of Xen's guests: sending and receiving. Every packet is copied once, from or
 * to pages that stay lent: lending and taking back for each packet would cost more, and show the
 * host whatever else is in a page.
 */
#include "netfront.h"
#include <errno.h>
#include <string.h>
#include <uk/plat.h>

#define TRANSMIT_CHECKSUM_BLANK 1
#define TRANSMIT_DATA_VALID 2
#define RECEIVE_DATA_VALID 1
#define RECEIVE_CHECKSUM_BLANK 2
#define RECEIVE_MORE 4 /* only after a promise that we do not make */

static union transmit_place *transmit_place(struct netfront *device, uint32_t number)
{
	return (union transmit_place *)device->transmit.shared->places + number % TRANSMIT_PLACES;
}

static union receive_place *receive_place(struct netfront *device, uint32_t number)
{
	return (union receive_place *)device->receive.shared->places + number % RECEIVE_PLACES;
}

static void reclaim(struct netfront *device)
{
	while (uk_xen_ring_has_response(&device->transmit)) {
		uint16_t id = transmit_place(device, device->transmit.responses++)->response.id;

		if (id >= PACKETS || device->free_count == PACKETS)
			uk_crash("netfront: the host sent a packet that it was not given");
		device->free[device->free_count++] = id;
	}
}

static size_t gather(char *to, const struct uk_netbuf *packet)
{
	size_t length = 0;

	for (; packet != NULL; packet = packet->next) {
		if (packet->length > PACKET_BYTES - length)
			return 0;
		memcpy(to + length, packet->data, packet->length);
		length += packet->length;
	}
	return length;
}

static int net_send(struct uk_netdev *netdev, struct uk_netbuf *packet)
{
	struct netfront *device = (struct netfront *)netdev;
	size_t length;
	uint16_t id;

	if (device->free_count == 0)
		reclaim(device);
	if (device->free_count == 0) {
		device->is_blocked = true;
		return -ENOBUFS;
	}
	id = device->free[device->free_count - 1];
	length = gather(device->transmit_pages + id * PACKET_BYTES, packet);
	if (length == 0)
		return -EMSGSIZE;
	device->free_count--;
	transmit_place(device, device->transmit.requests++)->request = (struct transmit_request){
		.lent = device->transmit_lent[id / 2],
		.offset = (uint16_t)(id % 2 * PACKET_BYTES),
		.flags = packet->needs_checksum ? TRANSMIT_CHECKSUM_BLANK | TRANSMIT_DATA_VALID : 0,
		.id = id,
		.size = (uint16_t)length,
	};
	packet->done(packet);
	return 0;
}

static void net_flush(struct uk_netdev *netdev)
{
	struct netfront *device = (struct netfront *)netdev;

	uk_xen_ring_push(&device->transmit);
	uk_xen_ring_push(&device->receive);
}

static int net_supply(struct uk_netdev *netdev, struct uk_netbuf *buffer)
{
	struct netfront *device = (struct netfront *)netdev;

	if (device->buffer_count == PACKETS)
		return -ENOBUFS;
	device->buffers[device->buffer_count++] = buffer;
	return 0;
}

void uk_netfront_offer(struct netfront *device, uint16_t id)
{
	receive_place(device, device->receive.requests++)->request =
		(struct receive_request){.id = id, .lent = device->receive_lent[id]};
}

/* Hands a packet over unless it is damaged or longer than the interface allows: then it is lost,
 * as on a wire. */
static unsigned receive_one(struct netfront *device, const struct receive_response *response)
{
	struct uk_netbuf *buffer = device->buffers[device->buffer_count - 1];
	size_t length = response->status > 0 ? (size_t)response->status : 0;

	if (response->id >= PACKETS || response->offset + length > UK_PAGE_SIZE)
		uk_crash("netfront: the host received into no page of ours");
	if (length == 0 || length > buffer->length || response->flags & RECEIVE_MORE)
		return 0;
	device->buffer_count--;
	memcpy(buffer->data,
	       device->receive_pages + response->id * UK_PAGE_SIZE + response->offset, length);
	buffer->length = length;
	buffer->checksum_valid =
		(response->flags & (RECEIVE_CHECKSUM_BLANK | RECEIVE_DATA_VALID)) != 0;
	device->netdev.receive(&device->netdev, buffer);
	return 1;
}

static unsigned net_poll(struct uk_netdev *netdev, unsigned budget)
{
	struct netfront *device = (struct netfront *)netdev;
	unsigned received = 0;

	reclaim(device);
	if (device->free_count >= PACKETS / 2)
		device->is_blocked = false;
	while (received < budget && device->buffer_count > 0 &&
	       uk_xen_ring_has_response(&device->receive)) {
		/* A copy: the host could change it between two looks. */
		struct receive_response response =
			receive_place(device, device->receive.responses++)->response;

		received += receive_one(device, &response);
		uk_netfront_offer(device, response.id);
	}
	return received;
}

static bool net_arm(struct uk_netdev *netdev)
{
	struct netfront *device = (struct netfront *)netdev;
	bool is_quiet = uk_xen_ring_arm(&device->receive);

	uk_xen_ring_push(&device->receive);
	if (device->is_blocked)
		is_quiet &= uk_xen_ring_arm(&device->transmit);
	return is_quiet;
}

const struct uk_netdev_ops uk_netfront_ops = {
	.send = net_send,
	.flush = net_flush,
	.poll = net_poll,
	.arm = net_arm,
	.supply = net_supply,
};
