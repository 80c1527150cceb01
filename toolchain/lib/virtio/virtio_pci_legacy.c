/* The port registers of virtio on PCI before version 1.0. */
#include <uk/plat.h>
#include <uk/virtqueue.h>
#include "virtio_pci.h"

enum {
	LEGACY_DEVICE_FEATURES = 0,
	LEGACY_DRIVER_FEATURES = 4,
	LEGACY_QUEUE_PAGE = 8,
	LEGACY_QUEUE_LENGTH = 12,
	LEGACY_QUEUE_SELECT = 14,
	LEGACY_QUEUE_NOTIFY = 16,
	LEGACY_STATUS = 18,
	LEGACY_ISR = 19,
	LEGACY_CONFIG = 20,
};

static uint16_t port_of(struct uk_virtio_device *device, unsigned offset)
{
	return (uint16_t)(((struct virtio_pci_device *)device)->port + offset);
}

static uint8_t legacy_status(struct uk_virtio_device *device)
{
	return port_in8(port_of(device, LEGACY_STATUS));
}

static void legacy_set_status(struct uk_virtio_device *device, uint8_t status)
{
	port_out8(port_of(device, LEGACY_STATUS), status);
}

static uint64_t legacy_features(struct uk_virtio_device *device)
{
	return port_in32(port_of(device, LEGACY_DEVICE_FEATURES));
}

static void legacy_accept_features(struct uk_virtio_device *device, uint64_t features)
{
	port_out32(port_of(device, LEGACY_DRIVER_FEATURES), (uint32_t)features);
}

static uint16_t legacy_queue_limit(struct uk_virtio_device *device, uint16_t index)
{
	port_out16(port_of(device, LEGACY_QUEUE_SELECT), index);
	return port_in16(port_of(device, LEGACY_QUEUE_LENGTH));
}

static bool legacy_queue_length_fixed(struct uk_virtio_device *device)
{
	(void)device;
	return true;
}

static int legacy_queue_enable(struct uk_virtio_device *device, struct uk_virtqueue *queue)
{
	queue->notify_token = port_of(device, LEGACY_QUEUE_NOTIFY);
	port_out16(port_of(device, LEGACY_QUEUE_SELECT), queue->index);
	port_out32(port_of(device, LEGACY_QUEUE_PAGE),
		   (uint32_t)((uintptr_t)queue->descriptors / UK_PAGE_SIZE));
	return 0;
}

static void legacy_notify(struct uk_virtqueue *queue)
{
	port_out16((uint16_t)queue->notify_token, queue->index);
}

static void legacy_read_config(struct uk_virtio_device *device, size_t offset, void *bytes,
			       size_t length)
{
	for (size_t i = 0; i < length; i++)
		((uint8_t *)bytes)[i] =
			port_in8(port_of(device, LEGACY_CONFIG + (unsigned)(offset + i)));
}

static uint32_t legacy_acknowledge(struct uk_virtio_device *device)
{
	return port_in8(port_of(device, LEGACY_ISR)); /* reading it lowers the line */
}

const struct uk_virtio_transport virtio_pci_legacy = {
	.status = legacy_status,
	.set_status = legacy_set_status,
	.features = legacy_features,
	.accept_features = legacy_accept_features,
	.queue_limit = legacy_queue_limit,
	.queue_length_fixed = legacy_queue_length_fixed,
	.queue_enable = legacy_queue_enable,
	.notify = legacy_notify,
	.read_config = legacy_read_config,
	.connect = uk_virtio_connect_line,
	.acknowledge = legacy_acknowledge,
};
