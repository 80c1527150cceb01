/*
 * Virtio entropy devices. Each is asked once, when random numbers are seeded: the driver looks at
 * the ring until the answer is there, for no longer than a moment, since a host may have none.
 */
#include <uk/init.h>
#include <uk/plat.h>
#include <uk/random.h>
#include <uk/virtqueue.h>

#define QUEUE_LENGTH 4
#define PATIENCE_NS 1000000000UL
#define PIECE_BYTES 64

/* All devices have the same driver state: they are asked one after the other, from one thread. */
static struct uk_virtqueue queue;
static uint8_t piece[PIECE_BYTES];

/* Bytes that the device has written, 0 when it gave up. */
static uint32_t ask(size_t length)
{
	struct uk_virtio_buffer room = {piece, length};
	uint64_t deadline = uk_clock_monotonic() + PATIENCE_NS;
	uint32_t written;

	if (uk_virtqueue_add(&queue, &room, 0, 1, piece))
		return 0;
	uk_virtqueue_kick(&queue);
	while (!uk_virtqueue_take(&queue, &written))
		if (uk_clock_monotonic() > deadline)
			return 0;
	/* The host writes this number, too. */
	return written < length ? written : (uint32_t)length;
}

static bool rng_fill(struct uk_entropy_source *self, void *bytes, size_t length)
{
	uint8_t *to = bytes;

	(void)self;
	while (length) {
		uint32_t got = ask(length < PIECE_BYTES ? length : PIECE_BYTES);

		if (!got)
			return false;
		for (uint32_t i = 0; i < got; i++, piece[i - 1] = 0)
			*to++ = piece[i];
		length -= got;
	}
	return true;
}

/* The first device that works is the source; a second would bring nothing. */
static void rng_init(void)
{
	static struct uk_entropy_source source = {.fill = rng_fill};
	struct uk_virtio_device *device;

	while ((device = uk_virtio_claim(UK_VIRTIO_ID_RNG))) {
		if (!uk_virtio_negotiate(device, 0) &&
		    !uk_virtqueue_init(&queue, device, 0, QUEUE_LENGTH) &&
		    !uk_virtio_ready(device)) {
			uk_entropy_source_add(&source);
			return;
		}
		uk_virtio_fail(device);
	}
}
UK_INIT(UK_STAGE_DEVICE, rng_init);
