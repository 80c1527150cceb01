/*
 * Virtio disks. A request is a chain of header, data and status in one queue; what finds no
 * room there waits in a list. Finished requests are collected by a poller, so the device
 * interrupts only while the guest idles.
 */
#include <errno.h>
#include <string.h>
#include <uk/blkdev.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/sched.h>
#include <uk/virtqueue.h>

#define FEATURE_SIZE_MAX (1ULL << 1) /* limits a buffer */
#define FEATURE_READ_ONLY (1ULL << 5)
#define FEATURE_FLUSH (1ULL << 9) /* without it every write is durable once it is done */

#define CONFIG_SECTORS 0
#define CONFIG_SIZE_MAX 8

#define NAME_LENGTH 20
static const uint32_t types[] = {
	[UK_BLOCK_READ] = 0,
	[UK_BLOCK_WRITE] = 1,
	[UK_BLOCK_FLUSH] = 4,
	[UK_BLOCK_NAME] = 8,
};

#define STATUS_OK 0
#define STATUS_UNSUPPORTED 2
#define STATUS_NONE 255 /* no device writes this */

#define DESCRIPTORS_MAX 3 /* of one request */
#define TRANSFER_MAX (1u << 20)

/* What a request needs beside its data, for as long as the device works on it. */
struct slot {
	struct {
		uint32_t type, reserved;
		uint64_t sector;
	} header;
	struct uk_block_request *request;
	volatile uint8_t status;
};

struct block_device {
	struct uk_blkdev blkdev; /* first */
	struct uk_virtio_device *virtio;
	struct uk_virtqueue queue;
	struct slot *slots; /* by first descriptor */
	struct uk_block_request *waiting, **waiting_end; /* no room in the queue yet */
	unsigned in_flight;
	struct uk_poller poller;
};

static bool has_flush(const struct block_device *device)
{
	return (device->virtio->features & FEATURE_FLUSH) != 0;
}

static void lend(struct block_device *device, struct uk_block_request *request)
{
	struct slot *slot = &device->slots[device->queue.free_first];
	struct uk_virtio_buffer buffers[DESCRIPTORS_MAX];
	unsigned count = 0, readable;

	slot->header.type = types[request->operation];
	slot->header.reserved = 0;
	slot->header.sector = request->sector;
	slot->request = request;
	slot->status = STATUS_NONE;
	buffers[count++] = (struct uk_virtio_buffer){&slot->header, sizeof(slot->header)};
	if (request->length != 0)
		buffers[count++] = (struct uk_virtio_buffer){request->data, request->length};
	readable = request->operation == UK_BLOCK_WRITE ? count : 1;
	buffers[count++] = (struct uk_virtio_buffer){(void *)&slot->status, 1};
	uk_virtqueue_add(&device->queue, buffers, readable, count - readable, slot);
	device->in_flight++;
}

/* Lends what waits, as far as there is room, and tells the device once. */
static void lend_waiting(struct block_device *device)
{
	while (device->waiting != NULL && device->queue.free_count >= DESCRIPTORS_MAX) {
		struct uk_block_request *request = device->waiting;

		device->waiting = request->next;
		if (device->waiting == NULL)
			device->waiting_end = &device->waiting;
		lend(device, request);
	}
	uk_virtqueue_kick(&device->queue);
}

static void block_submit(struct uk_blkdev *blkdev, struct uk_block_request *request)
{
	struct block_device *device = (struct block_device *)blkdev;

	if (request->operation == UK_BLOCK_FLUSH && !has_flush(device)) {
		request->done(request, 0);
		return;
	}
	request->next = NULL;
	*device->waiting_end = request;
	device->waiting_end = &request->next;
	lend_waiting(device);
}

static int result_of(uint8_t status)
{
	if (status == STATUS_OK)
		return 0;
	return status == STATUS_UNSUPPORTED ? -EOPNOTSUPP : -EIO;
}

/* Ends the requests that the device has finished; true if there was one. */
static unsigned collect(struct block_device *device)
{
	unsigned collected = 0;
	struct slot *slot;

	while ((slot = uk_virtqueue_take(&device->queue, NULL)) != NULL) {
		struct uk_block_request *request = slot->request;
		int result = result_of(slot->status);

		device->in_flight--;
		collected++;
		request->done(request, result);
	}
	if (collected > 0)
		lend_waiting(device);
	return collected;
}

static struct block_device *device_of(struct uk_poller *poller)
{
	return (void *)((char *)poller - __builtin_offsetof(struct block_device, poller));
}

static unsigned block_poll(struct uk_poller *poller)
{
	struct block_device *device = device_of(poller);
	unsigned collected = device->in_flight == 0 ? 0 : collect(device);

	if (collected > 0)
		uk_virtqueue_disarm(&device->queue);
	return collected;
}

static bool block_arm(struct uk_poller *poller)
{
	struct block_device *device = device_of(poller);

	return device->in_flight == 0 || uk_virtqueue_arm(&device->queue);
}

static const struct uk_blkdev_ops block_ops = {.submit = block_submit};

static int block_start(struct block_device *device)
{
	struct uk_virtio_device *virtio = device->virtio;
	struct uk_blkdev *blkdev = &device->blkdev;
	uint32_t size_max = TRANSFER_MAX;
	int error = uk_virtio_negotiate(virtio, FEATURE_SIZE_MAX | FEATURE_READ_ONLY |
							FEATURE_FLUSH | UK_VIRTIO_F_EVENT_IDX);

	if (error == 0)
		error = uk_virtqueue_init(&device->queue, virtio, 0,
					  CONFIG_VIRTIO_BLK_QUEUE_LENGTH);
	if (error != 0)
		return error;
	if (device->queue.length < DESCRIPTORS_MAX)
		return -ENOTSUP;
	device->slots = uk_zalloc(device->queue.length * sizeof(struct slot));
	if (device->slots == NULL)
		return -ENOMEM;
	device->waiting_end = &device->waiting;

	blkdev->ops = &block_ops;
	blkdev->read_only = (virtio->features & FEATURE_READ_ONLY) != 0;
	virtio->transport->read_config(virtio, CONFIG_SECTORS, &blkdev->sectors,
				       sizeof(blkdev->sectors));
	if (virtio->features & FEATURE_SIZE_MAX)
		virtio->transport->read_config(virtio, CONFIG_SIZE_MAX, &size_max,
					       sizeof(size_max));
	if (size_max > TRANSFER_MAX)
		size_max = TRANSFER_MAX;
	if (size_max < UK_SECTOR_SIZE)
		return -ENOTSUP;
	blkdev->transfer_limit = size_max & ~(UK_SECTOR_SIZE - 1u);
	error = uk_virtio_ready(virtio);
	if (error != 0)
		return error;
	device->poller.poll = block_poll;
	device->poller.arm = block_arm;
	uk_poller_add(&device->poller);
	/* A device that does not know this request has no name. */
	if (uk_block_run(blkdev, UK_BLOCK_NAME, 0, blkdev->name, NAME_LENGTH) != 0)
		blkdev->name[0] = 0;
	return 0;
}

static void block_probe(void)
{
	struct uk_virtio_device *virtio;

	while ((virtio = uk_virtio_claim(UK_VIRTIO_ID_BLOCK)) != NULL) {
		struct block_device *device = uk_zalloc(sizeof(*device));

		if (device == NULL)
			return;
		device->virtio = virtio;
		if (block_start(device) != 0) {
			static const char message[] =
				"[unikernel] virtio-blk: a disk could not be started\n";

			uk_console_write(message, sizeof(message) - 1);
			uk_virtio_fail(virtio);
			continue;
		}
		uk_blkdev_add(&device->blkdev);
	}
}
UK_INIT(UK_STAGE_DEVICE, block_probe);
