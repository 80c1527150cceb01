/*
 * Disks of Xen's guests: reading, writing and flushing. Data is copied from or to pages that stay
 * lent: a request's memory need not be aligned to anything, and the host sees nothing else. What
 * finds no room waits in a list; finished requests are collected by a poller.
 */
#include "blkfront.h"
#include <errno.h>
#include <string.h>

#define OPERATION_READ 0
#define OPERATION_WRITE 1
#define OPERATION_FLUSH 3
#define STATUS_OK 0
#define STATUS_UNSUPPORTED (-2)
#define SECTORS_PER_PAGE (UK_PAGE_SIZE / UK_SECTOR_SIZE)

static union block_place *place(struct blkfront *device, uint32_t number)
{
	return (union block_place *)device->ring.shared->places + number % PLACES;
}

static size_t smaller(size_t left, size_t right)
{
	return left < right ? left : right;
}

static unsigned pages_for(const struct uk_block_request *request)
{
	return (unsigned)((request->length + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE);
}

/* Copies between a request's memory and its pages. */
static void copy(struct blkfront *device, const struct running *running, bool to_host)
{
	char *data = running->request->data;
	size_t left = running->request->length;

	for (unsigned i = 0; left > 0; i++) {
		char *page = device->pages + running->pages[i] * UK_PAGE_SIZE;
		size_t here = smaller(left, UK_PAGE_SIZE);

		memcpy(to_host ? page : data, to_host ? data : page, here);
		data += here;
		left -= here;
	}
}

static void lend(struct blkfront *device, unsigned id, struct uk_block_request *request)
{
	static const uint8_t operations[] = {
		[UK_BLOCK_READ] = OPERATION_READ,
		[UK_BLOCK_WRITE] = OPERATION_WRITE,
		[UK_BLOCK_FLUSH] = OPERATION_FLUSH,
	};
	struct block_request *to = &place(device, device->ring.requests++)->request;
	struct running *running = &device->running[id];
	size_t sectors = request->length / UK_SECTOR_SIZE;

	running->request = request;
	to->operation = operations[request->operation];
	to->segment_count = (uint8_t)pages_for(request);
	to->handle = device->handle;
	to->id = id;
	to->sector = request->sector;
	for (unsigned i = 0; sectors > 0; i++) {
		size_t here = smaller(sectors, SECTORS_PER_PAGE);
		uint16_t page = device->free[--device->free_count];

		running->pages[i] = page;
		to->segments[i] = (struct segment){device->lent[page], 0, (uint8_t)(here - 1)};
		sectors -= here;
	}
	if (request->operation == UK_BLOCK_WRITE)
		copy(device, running, true);
	device->running_count++;
}

/* Lends what waits, as far as there is room, and tells the host once. */
static void lend_waiting(struct blkfront *device)
{
	for (unsigned id = 0; id < PLACES && device->waiting != NULL; id++) {
		struct uk_block_request *request = device->waiting;

		if (device->running[id].request != NULL)
			continue;
		if (pages_for(request) > device->free_count)
			break;
		device->waiting = request->next;
		if (device->waiting == NULL)
			device->waiting_end = &device->waiting;
		lend(device, id, request);
	}
	uk_xen_ring_push(&device->ring);
}

static void submit(struct uk_blkdev *blkdev, struct uk_block_request *request)
{
	struct blkfront *device = (struct blkfront *)blkdev;

	if (request->operation == UK_BLOCK_NAME) {
		request->done(request, -EOPNOTSUPP); /* the store has told it */
		return;
	}
	if (request->operation == UK_BLOCK_FLUSH && !device->has_flush) {
		request->done(request, 0);
		return;
	}
	request->next = NULL;
	*device->waiting_end = request;
	device->waiting_end = &request->next;
	lend_waiting(device);
}

static void finish(struct blkfront *device, const struct block_response *response)
{
	struct running *running = &device->running[response->id % PLACES];
	struct uk_block_request *request = running->request;
	int result = -EIO;

	if (response->id >= PLACES || request == NULL)
		uk_crash("blkfront: the host ended a request that it was not given");
	if (response->status == STATUS_OK)
		result = 0;
	else if (response->status == STATUS_UNSUPPORTED)
		result = -EOPNOTSUPP;
	if (request->operation == UK_BLOCK_READ && result == 0)
		copy(device, running, false);
	for (unsigned i = 0; i < pages_for(request); i++)
		device->free[device->free_count++] = running->pages[i];
	running->request = NULL;
	device->running_count--;
	request->done(request, result);
}

static struct blkfront *device_of(struct uk_poller *poller)
{
	return (void *)((char *)poller - __builtin_offsetof(struct blkfront, poller));
}

static unsigned poll(struct uk_poller *poller)
{
	struct blkfront *device = device_of(poller);
	unsigned finished = 0;

	for (; uk_xen_ring_has_response(&device->ring); finished++) {
		/* A copy: the host could change it between two looks. */
		struct block_response response =
			place(device, device->ring.responses++)->response;

		finish(device, &response);
	}
	if (finished > 0)
		lend_waiting(device);
	return finished;
}

static bool arm(struct uk_poller *poller)
{
	struct blkfront *device = device_of(poller);

	return device->running_count == 0 || uk_xen_ring_arm(&device->ring);
}

void uk_blkfront_start(struct blkfront *device)
{
	static const struct uk_blkdev_ops ops = {.submit = submit};

	device->blkdev.ops = &ops;
	device->blkdev.transfer_limit = SEGMENTS * UK_PAGE_SIZE;
	device->waiting_end = &device->waiting;
	device->poller.poll = poll;
	device->poller.arm = arm;
	uk_poller_add(&device->poller);
}
