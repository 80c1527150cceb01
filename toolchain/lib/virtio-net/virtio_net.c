/*
 * Virtio network interfaces. The device's packet header stands right before the packet in the
 * same buffer, so that a packet costs one descriptor; the device is notified once per batch
 * and interrupts only while the guest idles.
 */
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/netdev.h>
#include <uk/plat.h>
#include <uk/virtqueue.h>

#define FEATURE_CHECKSUM (1ULL << 0)	   /* completes checksums of what we send */
#define FEATURE_GUEST_CHECKSUM (1ULL << 1) /* hands over packets with checksums not completed */
#define FEATURE_MTU (1ULL << 3)
#define FEATURE_ADDRESS (1ULL << 5)

#define CONFIG_ADDRESS 0
#define CONFIG_MTU 10

#define QUEUE_RECEIVE 0
#define QUEUE_TRANSMIT 1

#define HEADER_NEEDS_CHECKSUM 1
#define HEADER_DATA_VALID 2

#define MTU_MAX 1500 /* receive buffers hold no more */

struct header {
	uint8_t flags, segmentation;
	uint16_t header_length, segment_size, checksum_start, checksum_offset;
	uint16_t buffers; /* only with virtio 1.0 */
};

struct net_device {
	struct uk_netdev netdev;
	struct uk_virtio_device *virtio;
	struct uk_virtqueue receive, transmit;
	size_t header_length;
	struct header *headers; /* for packets without headroom, by first descriptor */
	bool transmit_blocked;	/* someone waits for room in the transmit ring */
};

static void reclaim(struct net_device *device)
{
	struct uk_netbuf *packet;

	while ((packet = uk_virtqueue_take(&device->transmit, NULL)) != NULL)
		packet->done(packet);
}

static void fill_header(struct header *header, size_t length, const struct uk_netbuf *packet)
{
	memset(header, 0, length);
	if (packet->needs_checksum) {
		header->flags = HEADER_NEEDS_CHECKSUM;
		header->checksum_start = packet->checksum_start;
		header->checksum_offset = packet->checksum_offset;
	}
}

static int net_send(struct uk_netdev *netdev, struct uk_netbuf *packet)
{
	struct net_device *device = (struct net_device *)netdev;
	struct uk_virtio_buffer buffers[UK_NETDEV_FRAGMENTS_MAX + 1];
	unsigned count = 0;
	struct header *header;

	if (device->transmit.free_count <= UK_NETDEV_FRAGMENTS_MAX)
		reclaim(device);
	if (device->transmit.free_count == 0) {
		device->transmit_blocked = true;
		return -ENOBUFS;
	}
	if (packet->headroom >= device->header_length) {
		header = (struct header *)((char *)packet->data - device->header_length);
		buffers[count++] = (struct uk_virtio_buffer){
			header, packet->length + device->header_length};
	} else {
		header = &device->headers[device->transmit.free_first];
		buffers[count++] = (struct uk_virtio_buffer){header, device->header_length};
		buffers[count++] = (struct uk_virtio_buffer){packet->data, packet->length};
	}
	for (struct uk_netbuf *fragment = packet->next; fragment != NULL;
	     fragment = fragment->next) {
		if (count > UK_NETDEV_FRAGMENTS_MAX)
			return -EMSGSIZE;
		buffers[count++] = (struct uk_virtio_buffer){fragment->data, fragment->length};
	}
	if (device->transmit.free_count < count) {
		device->transmit_blocked = true;
		return -ENOBUFS;
	}
	fill_header(header, device->header_length, packet);
	return uk_virtqueue_add(&device->transmit, buffers, count, 0, packet);
}

static void net_flush(struct uk_netdev *netdev)
{
	struct net_device *device = (struct net_device *)netdev;

	uk_virtqueue_kick(&device->transmit);
	uk_virtqueue_kick(&device->receive);
}

static int net_supply(struct uk_netdev *netdev, struct uk_netbuf *buffer)
{
	struct net_device *device = (struct net_device *)netdev;
	struct uk_virtio_buffer room = {buffer->data, buffer->length};

	return uk_virtqueue_add(&device->receive, &room, 0, 1, buffer);
}

static unsigned receive_some(struct net_device *device, unsigned budget)
{
	unsigned received = 0;
	uint32_t length;
	struct uk_netbuf *buffer;

	while (received < budget &&
	       (buffer = uk_virtqueue_take(&device->receive, &length)) != NULL) {
		const struct header *header = buffer->data;

		if (length < device->header_length || length > buffer->length)
			uk_crash("virtio-net: the device received an impossible length");
		buffer->checksum_valid =
			(header->flags & (HEADER_NEEDS_CHECKSUM | HEADER_DATA_VALID)) != 0;
		buffer->data = (char *)buffer->data + device->header_length;
		buffer->length = length - device->header_length;
		device->netdev.receive(&device->netdev, buffer);
		received++;
	}
	return received;
}

static unsigned net_poll(struct uk_netdev *netdev, unsigned budget)
{
	struct net_device *device = (struct net_device *)netdev;

	reclaim(device);
	unsigned received = receive_some(device, budget);

	if (received > 0)
		uk_virtqueue_disarm(&device->receive);
	if (device->transmit_blocked && device->transmit.free_count >= device->transmit.length / 2) {
		device->transmit_blocked = false;
		uk_virtqueue_disarm(&device->transmit);
	}
	return received;
}

static bool net_arm(struct uk_netdev *netdev)
{
	struct net_device *device = (struct net_device *)netdev;
	bool quiet = uk_virtqueue_arm(&device->receive);

	if (device->transmit_blocked)
		quiet &= uk_virtqueue_arm(&device->transmit);
	return quiet;
}

static const struct uk_netdev_ops net_ops = {
	.send = net_send,
	.flush = net_flush,
	.poll = net_poll,
	.arm = net_arm,
	.supply = net_supply,
};

static void make_address(uint8_t address[6], struct net_device *device)
{
	/* Without an address of its own: a local one that differs between interfaces. */
	uint64_t seed = uk_clock_realtime() ^ (uintptr_t)device;

	seed = (seed ^ seed >> 29) * 0xbf58476d1ce4e5b9ULL;
	memcpy(address, &seed, 6);
	address[0] = (uint8_t)((address[0] & 0xfc) | 2);
}

static int net_start(struct net_device *device)
{
	struct uk_virtio_device *virtio = device->virtio;
	int error = uk_virtio_negotiate(virtio, FEATURE_CHECKSUM | FEATURE_GUEST_CHECKSUM |
							FEATURE_MTU | FEATURE_ADDRESS |
							UK_VIRTIO_F_ANY_LAYOUT |
							UK_VIRTIO_F_EVENT_IDX);

	if (error != 0)
		return error;
	if (!(virtio->features & (UK_VIRTIO_F_ANY_LAYOUT | UK_VIRTIO_F_VERSION_1)))
		return -ENOTSUP; /* wants headers in buffers of their own: older than 2013 */
	device->header_length = virtio->modern ? 12 : 10;
	error = uk_virtqueue_init(&device->receive, virtio, QUEUE_RECEIVE,
				  CONFIG_VIRTIO_NET_QUEUE_LENGTH);
	if (error == 0)
		error = uk_virtqueue_init(&device->transmit, virtio, QUEUE_TRANSMIT,
					  CONFIG_VIRTIO_NET_QUEUE_LENGTH);
	if (error != 0)
		return error;
	device->headers = uk_zalloc(device->transmit.length * sizeof(struct header));
	if (device->headers == NULL)
		return -ENOMEM;
	uk_virtqueue_disarm(&device->transmit);

	device->netdev.ops = &net_ops;
	device->netdev.mtu = MTU_MAX;
	device->netdev.receive_limit = device->receive.length;
	device->netdev.offload_checksum = (virtio->features & FEATURE_CHECKSUM) != 0;
	if (virtio->features & FEATURE_ADDRESS)
		virtio->transport->read_config(virtio, CONFIG_ADDRESS, device->netdev.address, 6);
	else
		make_address(device->netdev.address, device);
	if (virtio->features & FEATURE_MTU) {
		uint16_t mtu;

		virtio->transport->read_config(virtio, CONFIG_MTU, &mtu, sizeof(mtu));
		if (mtu < MTU_MAX)
			device->netdev.mtu = mtu;
	}
	return uk_virtio_ready(virtio);
}

static void net_probe(void)
{
	struct uk_virtio_device *virtio;

	while ((virtio = uk_virtio_claim(UK_VIRTIO_ID_NET)) != NULL) {
		struct net_device *device = uk_zalloc(sizeof(*device));

		if (device == NULL)
			return;
		device->virtio = virtio;
		if (net_start(device) != 0) {
			static const char message[] =
				"[unikernel] virtio-net: a device could not be started\n";

			uk_console_write(message, sizeof(message) - 1);
			uk_virtio_fail(virtio);
			continue;
		}
		uk_netdev_add(&device->netdev);
	}
}
UK_INIT(UK_STAGE_DEVICE, net_probe);
