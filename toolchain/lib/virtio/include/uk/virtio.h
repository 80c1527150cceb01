/*
 * Virtio devices, between their transports (memory-mapped registers, PCI) and their drivers.
 * A driver claims a device, negotiates features, sets up its queues, then marks it ready.
 * Any failure before that leaves the device reset.
 */
#ifndef UK_VIRTIO_H
#define UK_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UK_VIRTIO_ID_NET 1
#define UK_VIRTIO_ID_BLOCK 2
#define UK_VIRTIO_ID_RNG 4

/* Feature bits that belong to no device type. */
#define UK_VIRTIO_F_ANY_LAYOUT (1ULL << 27)
#define UK_VIRTIO_F_INDIRECT (1ULL << 28)
#define UK_VIRTIO_F_EVENT_IDX (1ULL << 29)
#define UK_VIRTIO_F_VERSION_1 (1ULL << 32)

#define UK_VIRTIO_NO_LINE (~0u)

struct uk_virtio_device;
struct uk_virtqueue;

/* What a transport implements. Registers are little-endian, as this processor is. */
struct uk_virtio_transport {
	uint8_t (*status)(struct uk_virtio_device *);
	void (*set_status)(struct uk_virtio_device *, uint8_t status); /* 0 resets */
	uint64_t (*features)(struct uk_virtio_device *);
	void (*accept_features)(struct uk_virtio_device *, uint64_t features);
	/* The longest ring of a queue; 0 when the device does not have the queue. */
	uint16_t (*queue_limit)(struct uk_virtio_device *, uint16_t index);
	/* True when the length of a ring is the device's to decide. */
	bool (*queue_length_fixed)(struct uk_virtio_device *);
	/* Tells the device where the ring is. Fills in queue->notify_token. 0 or -errno. */
	int (*queue_enable)(struct uk_virtio_device *, struct uk_virtqueue *);
	void (*notify)(struct uk_virtqueue *);
	void (*read_config)(struct uk_virtio_device *, size_t offset, void *bytes, size_t length);
	/* Leads the device's interrupts to handler(device). 0 or -errno. */
	int (*connect)(struct uk_virtio_device *, void (*handler)(void *));
	/* Lowers the interrupt; returns the reasons: bit 0 a queue, bit 1 the configuration. */
	uint32_t (*acknowledge)(struct uk_virtio_device *);
};

struct uk_virtio_device {
	const struct uk_virtio_transport *transport;
	uint32_t id;	   /* UK_VIRTIO_ID_… */
	uint64_t features; /* those negotiated */
	bool modern;	   /* virtio 1.0 registers, not the legacy ones */
	bool claimed;
	unsigned interrupt_line; /* UK_VIRTIO_NO_LINE: messages only */
	/* Called from the interrupt: MUST only record. */
	void (*interrupt)(struct uk_virtio_device *);
	void *driver;
	struct uk_virtio_device *next;
};

/* Claims the next device of a kind in the order found; NULL when there is none left. */
struct uk_virtio_device *uk_virtio_claim(uint32_t id);
/* Resets the device and accepts those of `wanted` that it offers; dev->features holds them. */
int uk_virtio_negotiate(struct uk_virtio_device *device, uint64_t wanted);
/* Ends the set-up: the device may use its queues from now on. 0 or -errno. */
int uk_virtio_ready(struct uk_virtio_device *device);
/* Gives up: tells the device that its driver failed, and resets it. */
void uk_virtio_fail(struct uk_virtio_device *device);

/* For transports: announces a device that was found. */
void uk_virtio_add(struct uk_virtio_device *device);
/* For transports: connects a level-triggered line, interrupt_line. 0 or -errno. */
int uk_virtio_connect_line(struct uk_virtio_device *device, void (*handler)(void *));
/* Transports look for their devices. */
void uk_virtio_mmio_probe(void);
bool uk_virtio_pci_probe(void); /* false: this machine has no PCI */

#endif
