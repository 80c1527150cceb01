/*
 * Split virtqueues: a ring of buffers lent to a device and given back by it. One processor
 * and no preemption: nothing here locks; the device is the only concurrent party.
 */
#ifndef UK_VIRTQUEUE_H
#define UK_VIRTQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/virtio.h>

struct uk_virtqueue_descriptor;
struct uk_virtqueue_available;
struct uk_virtqueue_used;

struct uk_virtqueue {
	struct uk_virtio_device *device;
	uint16_t index;
	uint16_t length; /* of the ring, a power of two */
	uint16_t free_first, free_count;
	uint16_t used_seen;  /* entries of the used ring consumed so far */
	uint16_t added;	     /* entries of the available ring written so far */
	uint16_t published;  /* … and shown to the device */
	bool event_index;
	volatile struct uk_virtqueue_descriptor *descriptors;
	volatile struct uk_virtqueue_available *available;
	volatile struct uk_virtqueue_used *used;
	void **tokens; /* by first descriptor */
	uintptr_t notify_token; /* the transport's */
};

struct uk_virtio_buffer {
	void *data;
	size_t length;
};

/* Sets up queue `index` with at most `length_limit` entries. 0 or -errno. */
int uk_virtqueue_init(struct uk_virtqueue *queue, struct uk_virtio_device *device, uint16_t index,
		      uint16_t length_limit);
/*
 * Lends buffers as one request: the first `readable` are read by the device, the others are
 * written. token comes back from uk_virtqueue_take(); it MUST NOT be NULL.
 * Returns 0 or -ENOBUFS.
 */
int uk_virtqueue_add(struct uk_virtqueue *queue, const struct uk_virtio_buffer *buffers,
		     unsigned readable, unsigned writable, void *token);
/* Shows the device what was added, and notifies it if it asked for that. */
void uk_virtqueue_kick(struct uk_virtqueue *queue);
/* The token of the next finished request, with the bytes written in *length; NULL: none. */
void *uk_virtqueue_take(struct uk_virtqueue *queue, uint32_t *length);
bool uk_virtqueue_has_used(const struct uk_virtqueue *queue);
/*
 * Asks for an interrupt when the device next finishes a request. Returns false when one has
 * finished already, so that no interrupt may come for it.
 */
bool uk_virtqueue_arm(struct uk_virtqueue *queue);
/* Asks for no interrupts. With event indices there is nothing to do. */
void uk_virtqueue_disarm(struct uk_virtqueue *queue);

#endif
