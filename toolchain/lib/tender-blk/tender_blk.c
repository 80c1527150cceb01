/*
 * Disks of a sandboxed process: files that the tender opened beforehand. A write is durable when
 * it returns, so a flush has nothing to do. Reads are done at once; writes wait for the poller, so
 * that all that are there by then are done together (writes.c).
 */
#include "tender_blk.h"
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat-linux.h>
#include <uk/plat.h>
#include <uk/sched.h>

#define TRANSFER_MAX (1u << 20)
#define PAGES(bytes) (((bytes) + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE)

struct device {
	struct tender_disk disk; /* first */
	struct uk_poller poller;
};

/* What is not so would end the guest. */
static bool is_possible(const struct uk_blkdev *disk, const struct uk_block_request *request)
{
	uint64_t count = request->length / UK_SECTOR_SIZE;

	if (request->operation == UK_BLOCK_WRITE && disk->read_only)
		return false;
	return request->length % UK_SECTOR_SIZE == 0 && count <= disk->sectors &&
	       request->sector <= disk->sectors - count;
}

static int read_all(const struct tender_disk *disk, uint64_t sector, char *data, size_t length)
{
	uint64_t offset = sector * UK_SECTOR_SIZE;

	while (length > 0) {
		long got = uk_linux_pread(disk->fd, data, length, offset);

		if (got <= 0) /* 0: the file has been cut off */
			return -EIO;
		data += got;
		offset += (uint64_t)got;
		length -= (size_t)got;
	}
	return 0;
}

static void submit(struct uk_blkdev *blkdev, struct uk_block_request *request)
{
	struct tender_disk *disk = (struct tender_disk *)blkdev;

	if (request->operation == UK_BLOCK_FLUSH) {
		request->done(request, 0);
	} else if (request->operation == UK_BLOCK_NAME) {
		request->done(request, -EOPNOTSUPP); /* the tender has told it */
	} else if (!is_possible(blkdev, request)) {
		request->done(request, -EIO);
	} else if (request->operation == UK_BLOCK_READ) {
		request->done(request, read_all(disk, request->sector, request->data,
						request->length));
	} else {
		request->next = NULL;
		*disk->writes_end = request;
		disk->writes_end = &request->next;
	}
}

static struct tender_disk *disk_of(struct uk_poller *poller)
{
	return (void *)((char *)poller - __builtin_offsetof(struct device, poller));
}

static unsigned poll(struct uk_poller *poller)
{
	return tender_disk_write(disk_of(poller));
}

static bool arm(struct uk_poller *poller)
{
	return disk_of(poller)->writes == NULL;
}

static const struct uk_blkdev_ops ops = {.submit = submit};

/* False when memory is out. */
static bool start(const struct uk_tender_block *block)
{
	struct device *device = uk_zalloc(sizeof(*device));
	struct tender_disk *disk = &device->disk;

	if (device == NULL)
		return false;
	disk->fd = block->fd;
	disk->writes_end = &disk->writes;
	disk->blkdev.ops = &ops;
	disk->blkdev.sectors = block->size_bytes / UK_SECTOR_SIZE;
	disk->blkdev.transfer_limit = TRANSFER_MAX;
	disk->blkdev.read_only = (block->flags & UK_TENDER_BLOCK_READ_ONLY) != 0;
	_Static_assert(sizeof(disk->blkdev.name) == sizeof(block->name), "names fit");
	memcpy(disk->blkdev.name, block->name, sizeof(block->name));
	if (!disk->blkdev.read_only) {
		disk->gathered = uk_pages_alloc(PAGES(GATHERED_MAX), 1);
		if (disk->gathered == NULL)
			return false;
		device->poller.poll = poll;
		device->poller.arm = arm;
		uk_poller_add(&device->poller);
	}
	uk_blkdev_add(&disk->blkdev);
	return true;
}

static void probe(void)
{
	static const char message[] = "[unikernel] tender-blk: there is no memory for a disk\n";

	for (unsigned i = 0; i < uk_linux_boot->block_count; i++)
		if (!start(&uk_linux_boot->blocks[i]))
			uk_console_write(message, sizeof(message) - 1);
}
UK_INIT(UK_STAGE_DEVICE, probe);
