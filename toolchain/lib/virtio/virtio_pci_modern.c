/* The registers of virtio 1.0 on PCI. */
#include <errno.h>
#include <uk/plat-kvm.h>
#include <uk/virtqueue.h>
#include "virtio_pci.h"

enum {
	COMMON_FEATURE_SELECT = 0,
	COMMON_FEATURES = 4,
	COMMON_DRIVER_FEATURE_SELECT = 8,
	COMMON_DRIVER_FEATURES = 12,
	COMMON_CONFIG_MESSAGE = 16,
	COMMON_QUEUES = 18,
	COMMON_STATUS = 20,
	COMMON_GENERATION = 21,
	COMMON_QUEUE_SELECT = 22,
	COMMON_QUEUE_LENGTH = 24,
	COMMON_QUEUE_MESSAGE = 26,
	COMMON_QUEUE_ENABLE = 28,
	COMMON_QUEUE_NOTIFY_OFFSET = 30,
	COMMON_QUEUE_DESCRIPTORS = 32,
	COMMON_QUEUE_AVAILABLE = 40,
	COMMON_QUEUE_USED = 48,
};

/* All queues share the first entry of the message table; the configuration's changes, which
 * nobody here listens to, have none. */
#define QUEUES_MESSAGE 0
#define NO_MESSAGE 0xffff

#define REGISTER(type, address) (*(volatile type *)(address))

static struct virtio_pci_device *of(struct uk_virtio_device *device)
{
	return (struct virtio_pci_device *)device;
}

static uint8_t modern_status(struct uk_virtio_device *device)
{
	return REGISTER(uint8_t, of(device)->common + COMMON_STATUS);
}

static void modern_set_status(struct uk_virtio_device *device, uint8_t status)
{
	REGISTER(uint8_t, of(device)->common + COMMON_STATUS) = status;
}

static uint64_t modern_features(struct uk_virtio_device *device)
{
	uintptr_t common = of(device)->common;

	REGISTER(uint32_t, common + COMMON_FEATURE_SELECT) = 0;
	uint64_t features = REGISTER(uint32_t, common + COMMON_FEATURES);

	REGISTER(uint32_t, common + COMMON_FEATURE_SELECT) = 1;
	return features | (uint64_t)REGISTER(uint32_t, common + COMMON_FEATURES) << 32;
}

static void modern_accept_features(struct uk_virtio_device *device, uint64_t features)
{
	uintptr_t common = of(device)->common;

	REGISTER(uint32_t, common + COMMON_DRIVER_FEATURE_SELECT) = 0;
	REGISTER(uint32_t, common + COMMON_DRIVER_FEATURES) = (uint32_t)features;
	REGISTER(uint32_t, common + COMMON_DRIVER_FEATURE_SELECT) = 1;
	REGISTER(uint32_t, common + COMMON_DRIVER_FEATURES) = (uint32_t)(features >> 32);
}

static uint16_t modern_queue_limit(struct uk_virtio_device *device, uint16_t index)
{
	uintptr_t common = of(device)->common;

	if (index >= REGISTER(uint16_t, common + COMMON_QUEUES))
		return 0;
	REGISTER(uint16_t, common + COMMON_QUEUE_SELECT) = index;
	return REGISTER(uint16_t, common + COMMON_QUEUE_LENGTH);
}

static bool modern_queue_length_fixed(struct uk_virtio_device *device)
{
	(void)device;
	return false;
}

/* 64-bit registers are written in halves, which every device understands. */
static void write_address(uintptr_t address, const volatile void *value)
{
	REGISTER(uint32_t, address) = (uint32_t)(uintptr_t)value;
	REGISTER(uint32_t, address + 4) = (uint32_t)((uintptr_t)value >> 32);
}

static int modern_queue_enable(struct uk_virtio_device *device, struct uk_virtqueue *queue)
{
	uintptr_t common = of(device)->common;

	REGISTER(uint16_t, common + COMMON_QUEUE_SELECT) = queue->index;
	REGISTER(uint16_t, common + COMMON_QUEUE_LENGTH) = queue->length;
	write_address(common + COMMON_QUEUE_DESCRIPTORS, queue->descriptors);
	write_address(common + COMMON_QUEUE_AVAILABLE, queue->available);
	write_address(common + COMMON_QUEUE_USED, queue->used);
	queue->notify_token =
		of(device)->notify + (uintptr_t)of(device)->notify_multiplier *
					     REGISTER(uint16_t, common + COMMON_QUEUE_NOTIFY_OFFSET);
	if (of(device)->messages != 0) {
		REGISTER(uint16_t, common + COMMON_QUEUE_MESSAGE) = QUEUES_MESSAGE;
		if (REGISTER(uint16_t, common + COMMON_QUEUE_MESSAGE) == NO_MESSAGE)
			return -ENOSPC;
	}
	REGISTER(uint16_t, common + COMMON_QUEUE_ENABLE) = 1;
	return 0;
}

static void modern_notify(struct uk_virtqueue *queue)
{
	REGISTER(uint16_t, queue->notify_token) = queue->index;
}

static void modern_read_config(struct uk_virtio_device *device, size_t offset, void *bytes,
			       size_t length)
{
	uintptr_t config = of(device)->config, common = of(device)->common;
	uint8_t before, after;

	do {
		before = REGISTER(uint8_t, common + COMMON_GENERATION);
		for (size_t i = 0; i < length; i++)
			((uint8_t *)bytes)[i] =
				config == 0 ? 0 : REGISTER(uint8_t, config + offset + i);
		after = REGISTER(uint8_t, common + COMMON_GENERATION);
	} while (before != after);
}

static int modern_connect(struct uk_virtio_device *device, void (*handler)(void *))
{
	struct virtio_pci_device *found = of(device);
	uint64_t address;
	uint32_t data;

	if (found->messages == 0)
		return uk_virtio_connect_line(device, handler);
	int error = uk_kvm_message_register(handler, device, &address, &data);

	if (error == 0) {
		REGISTER(uint16_t, found->common + COMMON_CONFIG_MESSAGE) = NO_MESSAGE;
		pci_messages_enable(found->function, found->messages, QUEUES_MESSAGE, address,
				    data);
	}
	return error;
}

static uint32_t modern_acknowledge(struct uk_virtio_device *device)
{
	if (of(device)->messages != 0)
		return 1; /* nothing to lower, and only queues send messages */
	return REGISTER(uint8_t, of(device)->isr); /* reading it lowers the line */
}

const struct uk_virtio_transport virtio_pci_modern = {
	.status = modern_status,
	.set_status = modern_set_status,
	.features = modern_features,
	.accept_features = modern_accept_features,
	.queue_limit = modern_queue_limit,
	.queue_length_fixed = modern_queue_length_fixed,
	.queue_enable = modern_queue_enable,
	.notify = modern_notify,
	.read_config = modern_read_config,
	.connect = modern_connect,
	.acknowledge = modern_acknowledge,
};
