/* Transfers that wait: cut into requests as long as the device takes, one after the other. */
#include <errno.h>
#include <uk/blkdev.h>
#include <uk/sched.h>

struct waiting_request {
	struct uk_block_request request; /* first */
	struct uk_wait_queue waiting;
	bool finished;
	int result;
};

static void finish(struct uk_block_request *request, int result)
{
	struct waiting_request *waiting = (struct waiting_request *)request;

	waiting->finished = true;
	waiting->result = result;
	uk_wake(&waiting->waiting, 1);
}

int uk_block_run(struct uk_blkdev *device, enum uk_block_operation operation, uint64_t sector,
		 void *data, size_t length)
{
	struct waiting_request waiting = {
		.request = {
			.operation = operation,
			.sector = sector,
			.data = data,
			.length = length,
			.done = finish,
		},
	};

	device->ops->submit(device, &waiting.request);
	/* Interrupted or not: the device writes to this memory until it says that it is done. */
	while (!waiting.finished)
		uk_wait(&waiting.waiting, UINT64_MAX);
	return waiting.result;
}

static int transfer(struct uk_blkdev *device, enum uk_block_operation operation, uint64_t sector,
		    char *data, size_t length)
{
	uint64_t count = length / UK_SECTOR_SIZE;

	if (length % UK_SECTOR_SIZE != 0)
		return -EINVAL;
	if (count > device->sectors || sector > device->sectors - count)
		return -ENXIO;
	while (length > 0) {
		size_t part = length < device->transfer_limit ? length : device->transfer_limit;
		int error = uk_block_run(device, operation, sector, data, part);

		if (error != 0)
			return error;
		sector += part / UK_SECTOR_SIZE;
		data += part;
		length -= part;
	}
	return 0;
}

int uk_block_read(struct uk_blkdev *device, uint64_t sector, void *data, size_t length)
{
	return transfer(device, UK_BLOCK_READ, sector, data, length);
}

int uk_block_write(struct uk_blkdev *device, uint64_t sector, const void *data, size_t length)
{
	if (device->read_only)
		return -EROFS;
	return transfer(device, UK_BLOCK_WRITE, sector, (char *)data, length);
}

int uk_block_flush(struct uk_blkdev *device)
{
	return device->read_only ? 0 : uk_block_run(device, UK_BLOCK_FLUSH, 0, NULL, 0);
}
