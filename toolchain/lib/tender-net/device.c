/* Finds the interfaces that the tender handed over, and does for each kind what all need. */
#include "tender_net.h"
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/plat-linux.h>
#include <uk/plat.h>

int tender_supply(struct uk_netdev *netdev, struct uk_netbuf *buffer)
{
	struct tender_device *device = (struct tender_device *)netdev;

	if (device->buffer_count == RECEIVE_BUFFERS)
		return -ENOBUFS;
	device->buffers[device->buffer_count++] = buffer;
	return 0;
}

struct uk_netbuf *tender_take_buffer(struct tender_device *device)
{
	return device->buffer_count ? device->buffers[--device->buffer_count] : NULL;
}

int tender_block(struct tender_device *device)
{
	device->is_blocked = true;
	uk_linux_watch(device->fd, UK_LINUX_READABLE | UK_LINUX_WRITABLE);
	return -ENOBUFS;
}

void tender_unblock(struct tender_device *device)
{
	device->is_blocked = false;
	uk_linux_watch(device->fd, UK_LINUX_READABLE);
}

size_t tender_gather(char *to, const struct uk_netbuf *packet)
{
	size_t length = 0;

	for (; packet != NULL; packet = packet->next) {
		if (packet->length > FRAME_BYTES_MAX - length)
			return 0;
		memcpy(to + length, packet->data, packet->length);
		length += packet->length;
	}
	return length;
}

static void probe(void)
{
	for (unsigned i = 0; i < uk_linux_boot->network_count; i++) {
		const struct uk_tender_network *network = &uk_linux_boot->networks[i];
		struct tender_device *device = network->kind == UK_TENDER_NETWORK_TAP
						       ? tender_tap_new()
						       : tender_stream_new();

		if (device == NULL)
			return;
		device->fd = network->fd;
		device->netdev.mtu = network->mtu;
		device->netdev.receive_limit = RECEIVE_BUFFERS;
		memcpy(device->netdev.address, network->address, sizeof(network->address));
		uk_linux_watch(device->fd, UK_LINUX_READABLE);
		uk_netdev_add(&device->netdev);
	}
}
UK_INIT(UK_STAGE_DEVICE, probe);
