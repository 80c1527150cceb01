/* Disks, between drivers (virtio-blk, blkfront, …) and file systems. */
#ifndef UK_BLKDEV_H
#define UK_BLKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The unit in which disks are addressed, whatever their own blocks are. */
#define UK_SECTOR_SIZE 512

enum uk_block_operation {
	UK_BLOCK_READ,
	UK_BLOCK_WRITE,
	UK_BLOCK_FLUSH, /* ends once all writes that were done before are durable */
	UK_BLOCK_NAME,	/* a driver's own: reads the name */
};

/* One transfer. Its memory belongs to the driver from submit() until done(). */
struct uk_block_request {
	enum uk_block_operation operation;
	uint64_t sector;
	void *data;
	size_t length; /* bytes: whole sectors, at most transfer_limit; 0 for a flush */
	/* Called from a poller, MUST NOT wait: the request has ended with 0 or -errno. */
	void (*done)(struct uk_block_request *self, int result);
	struct uk_block_request *next; /* the driver's, until done() */
};

struct uk_blkdev;
struct uk_blkdev_ops {
	/* Starts a request, or queues it until the device has room: it never fails at once. The
	 * device may finish requests in any order; a write is not durable before a flush that
	 * was submitted after its done(). */
	void (*submit)(struct uk_blkdev *, struct uk_block_request *request);
};

struct uk_blkdev {
	const struct uk_blkdev_ops *ops;
	char name[24]; /* given by the host (a serial number), "" when it gave none */
	uint64_t sectors;
	size_t transfer_limit; /* bytes in one request: whole sectors */
	bool read_only;
	struct uk_blkdev *next;
};

void uk_blkdev_add(struct uk_blkdev *device);
/* All disks in the order found; NULL when there is none. */
struct uk_blkdev *uk_blkdev_first(void);
/* NULL: no disk has this name. */
struct uk_blkdev *uk_blkdev_find(const char *name);

/*
 * Transfers of any whole number of sectors; the calling thread waits, others run. 0, or
 * -EINVAL: no whole number of sectors; -ENXIO: not all of them are on the disk; -EROFS;
 * -EIO: the device failed (a part may have been transferred); -EOPNOTSUPP.
 */
int uk_block_read(struct uk_blkdev *device, uint64_t sector, void *data, size_t length);
int uk_block_write(struct uk_blkdev *device, uint64_t sector, const void *data, size_t length);
/* All that was written before survives a loss of power once this has returned 0. */
int uk_block_flush(struct uk_blkdev *device);
/* One request as it is; the calling thread waits. */
int uk_block_run(struct uk_blkdev *device, enum uk_block_operation operation, uint64_t sector,
		 void *data, size_t length);

#endif
