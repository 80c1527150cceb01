/* A disk's file, and writing to it many requests at a time. */
#ifndef UK_TENDER_BLK_H
#define UK_TENDER_BLK_H

#include <uk/blkdev.h>

/* As much of adjacent writes goes to the host at once. */
#define GATHERED_MAX (128u << 10)

struct tender_disk {
	struct uk_blkdev blkdev; /* first */
	int fd;
	struct uk_block_request *writes, **writes_end; /* waiting */
	char *gathered; /* GATHERED_MAX bytes */
};

/* writes.c: does all that wait in *disk and returns how many there were. */
unsigned tender_disk_write(struct tender_disk *disk);

#endif
