/*
 * The memory-mapped transport, with the registers of virtio 1.0 ("version 2") and the legacy
 * ones before it ("version 1"). QEMU's microvm has a fixed row of them, most without a device.
 */
#include <errno.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/virtqueue.h>

#define MAGIC 0x74726976 /* "virt" */
#define REASONS 3 /* used buffers, changed configuration */

enum {
	REG_MAGIC = 0x00,
	REG_VERSION = 0x04,
	REG_DEVICE_ID = 0x08,
	REG_DEVICE_FEATURES = 0x10,
	REG_DEVICE_FEATURES_SELECT = 0x14,
	REG_DRIVER_FEATURES = 0x20,
	REG_DRIVER_FEATURES_SELECT = 0x24,
	REG_GUEST_PAGE_SIZE = 0x28, /* legacy */
	REG_QUEUE_SELECT = 0x30,
	REG_QUEUE_LENGTH_MAX = 0x34,
	REG_QUEUE_LENGTH = 0x38,
	REG_QUEUE_ALIGN = 0x3c, /* legacy */
	REG_QUEUE_PAGE = 0x40,	/* legacy */
	REG_QUEUE_READY = 0x44,
	REG_QUEUE_NOTIFY = 0x50,
	REG_INTERRUPT_ACKNOWLEDGE = 0x64,
	REG_STATUS = 0x70,
	REG_QUEUE_DESCRIPTORS = 0x80,
	REG_QUEUE_AVAILABLE = 0x90,
	REG_QUEUE_USED = 0xa0,
	REG_CONFIG_GENERATION = 0xfc,
	REG_CONFIG = 0x100,
};

struct mmio_device {
	struct uk_virtio_device device;
	uintptr_t base;
};

static uintptr_t base_of(struct uk_virtio_device *device)
{
	return ((struct mmio_device *)device)->base;
}

static uint32_t read_register(uintptr_t base, size_t offset)
{
	return *(volatile uint32_t *)(base + offset);
}

static void write_register(uintptr_t base, size_t offset, uint32_t value)
{
	*(volatile uint32_t *)(base + offset) = value;
}

static uint8_t mmio_status(struct uk_virtio_device *device)
{
	return (uint8_t)read_register(base_of(device), REG_STATUS);
}

static void mmio_set_status(struct uk_virtio_device *device, uint8_t status)
{
	write_register(base_of(device), REG_STATUS, status);
}

static uint64_t mmio_features(struct uk_virtio_device *device)
{
	uintptr_t base = base_of(device);

	write_register(base, REG_DEVICE_FEATURES_SELECT, 0);
	uint64_t features = read_register(base, REG_DEVICE_FEATURES);

	write_register(base, REG_DEVICE_FEATURES_SELECT, 1);
	return features | (uint64_t)read_register(base, REG_DEVICE_FEATURES) << 32;
}

static void mmio_accept_features(struct uk_virtio_device *device, uint64_t features)
{
	uintptr_t base = base_of(device);

	write_register(base, REG_DRIVER_FEATURES_SELECT, 0);
	write_register(base, REG_DRIVER_FEATURES, (uint32_t)features);
	if (device->modern) {
		write_register(base, REG_DRIVER_FEATURES_SELECT, 1);
		write_register(base, REG_DRIVER_FEATURES, (uint32_t)(features >> 32));
	} else {
		/* Legacy devices take queue addresses as page numbers. */
		write_register(base, REG_GUEST_PAGE_SIZE, UK_PAGE_SIZE);
	}
}

static uint16_t mmio_queue_limit(struct uk_virtio_device *device, uint16_t index)
{
	write_register(base_of(device), REG_QUEUE_SELECT, index);
	uint32_t limit = read_register(base_of(device), REG_QUEUE_LENGTH_MAX);

	return limit > 0x8000 ? 0x8000 : (uint16_t)limit;
}

static bool mmio_queue_length_fixed(struct uk_virtio_device *device)
{
	(void)device;
	return false;
}

static void write_address(uintptr_t base, size_t offset, const volatile void *address)
{
	write_register(base, offset, (uint32_t)(uintptr_t)address);
	write_register(base, offset + 4, (uint32_t)((uintptr_t)address >> 32));
}

static int mmio_queue_enable(struct uk_virtio_device *device, struct uk_virtqueue *queue)
{
	uintptr_t base = base_of(device);

	queue->notify_token = base + REG_QUEUE_NOTIFY;
	write_register(base, REG_QUEUE_SELECT, queue->index);
	write_register(base, REG_QUEUE_LENGTH, queue->length);
	if (device->modern) {
		write_address(base, REG_QUEUE_DESCRIPTORS, queue->descriptors);
		write_address(base, REG_QUEUE_AVAILABLE, queue->available);
		write_address(base, REG_QUEUE_USED, queue->used);
		write_register(base, REG_QUEUE_READY, 1);
	} else {
		write_register(base, REG_QUEUE_ALIGN, UK_PAGE_SIZE);
		write_register(base, REG_QUEUE_PAGE,
			       (uint32_t)((uintptr_t)queue->descriptors / UK_PAGE_SIZE));
	}
	return 0;
}

static void mmio_notify(struct uk_virtqueue *queue)
{
	*(volatile uint32_t *)queue->notify_token = queue->index;
}

static void mmio_read_config(struct uk_virtio_device *device, size_t offset, void *bytes,
			     size_t length)
{
	uintptr_t base = base_of(device);
	uint32_t before, after;

	/* The device counts its changes, so that a torn read can be noticed. */
	do {
		before = device->modern ? read_register(base, REG_CONFIG_GENERATION) : 0;
		for (size_t i = 0; i < length; i++)
			((uint8_t *)bytes)[i] =
				*(volatile uint8_t *)(base + REG_CONFIG + offset + i);
		after = device->modern ? read_register(base, REG_CONFIG_GENERATION) : 0;
	} while (before != after);
}

/* No other device shares the line, so this one has raised it: to ask it why would cost as much as
 * the answer. */
static uint32_t mmio_acknowledge(struct uk_virtio_device *device)
{
	write_register(base_of(device), REG_INTERRUPT_ACKNOWLEDGE, REASONS);
	return REASONS;
}

static const struct uk_virtio_transport mmio_transport = {
	.status = mmio_status,
	.set_status = mmio_set_status,
	.features = mmio_features,
	.accept_features = mmio_accept_features,
	.queue_limit = mmio_queue_limit,
	.queue_length_fixed = mmio_queue_length_fixed,
	.queue_enable = mmio_queue_enable,
	.notify = mmio_notify,
	.read_config = mmio_read_config,
	.connect = uk_virtio_connect_line,
	.acknowledge = mmio_acknowledge,
};

void uk_virtio_mmio_add(uintptr_t base, unsigned interrupt_line)
{
	uint32_t version = read_register(base, REG_VERSION);
	uint32_t id = read_register(base, REG_DEVICE_ID);

	if (read_register(base, REG_MAGIC) != MAGIC || id == 0 || version == 0 || version > 2)
		return;
	struct mmio_device *found = uk_zalloc(sizeof(*found));

	if (found == NULL)
		return;
	found->base = base;
	found->device.transport = &mmio_transport;
	found->device.id = id;
	found->device.modern = version == 2;
	found->device.interrupt_line = interrupt_line;
	uk_virtio_add(&found->device);
}
