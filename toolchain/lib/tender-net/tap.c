/* A tap interface of the host: each packet is one write or one read, with a header in front that
 * leaves checksums to whoever needs them. */
#include "tender_net.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat-linux.h>

#define NEEDS_CHECKSUM 1
#define DATA_VALID 2

struct header {
	uint8_t flags, segmentation;
	uint16_t header_length, segment_size, checksum_start, checksum_offset;
};

_Static_assert(sizeof(struct header) == UK_TENDER_TAP_HEADER_BYTES, "as the contract says");
_Static_assert(sizeof(struct header) <= UK_NETDEV_RECEIVE_OVERHEAD, "has room in a buffer");

static void fill_header(struct header *header, const struct uk_netbuf *packet)
{
	*header = (struct header){0};
	if (packet->needs_checksum) {
		header->flags = NEEDS_CHECKSUM;
		header->checksum_start = packet->checksum_start;
		header->checksum_offset = packet->checksum_offset;
	}
}

static int tap_send(struct uk_netdev *netdev, struct uk_netbuf *packet)
{
	struct tender_device *device = (struct tender_device *)netdev;
	char copy[sizeof(struct header) + FRAME_BYTES_MAX], *bytes = copy;
	size_t length = packet->length;

	/* A packet in one piece is sent from where it is. */
	if (packet->next == NULL && packet->headroom >= sizeof(struct header))
		bytes = (char *)packet->data - sizeof(struct header);
	else if (!(length = tender_gather(copy + sizeof(struct header), packet)))
		return -EMSGSIZE;
	fill_header((struct header *)bytes, packet);
	/* Other errors are the interface's (it is down): the packet is lost, as on a wire. */
	if (uk_linux_write(device->fd, bytes, sizeof(struct header) + length) == -EAGAIN)
		return tender_block(device);
	packet->done(packet);
	return 0;
}

/* Every packet has been sent already. */
static void tap_flush(struct uk_netdev *netdev)
{
	(void)netdev;
}

static unsigned tap_poll(struct uk_netdev *netdev, unsigned budget)
{
	struct tender_device *device = (struct tender_device *)netdev;
	unsigned received = 0;

	if (device->is_blocked)
		tender_unblock(device);
	while (received < budget) {
		struct uk_netbuf *buffer = tender_take_buffer(device);
		const struct header *header;
		long got;

		if (buffer == NULL)
			break;
		got = uk_linux_read(device->fd, buffer->data, buffer->length);
		if (got <= (long)sizeof(*header)) {
			tender_supply(netdev, buffer);
			break;
		}
		header = buffer->data;
		buffer->checksum_valid = (header->flags & (NEEDS_CHECKSUM | DATA_VALID)) != 0;
		buffer->data = (char *)buffer->data + sizeof(*header);
		buffer->length = (size_t)got - sizeof(*header);
		netdev->receive(netdev, buffer);
		received++;
	}
	return received;
}

static const struct uk_netdev_ops tap_ops = {
	.send = tap_send,
	.flush = tap_flush,
	.poll = tap_poll,
	.supply = tender_supply,
};

struct tender_device *tender_tap_new(void)
{
	struct tender_device *device = uk_zalloc(sizeof(*device));

	if (device != NULL) {
		device->netdev.ops = &tap_ops;
		device->netdev.offload_checksum = true;
	}
	return device;
}
