/* A disk, between its data path (blkfront.c) and how it comes to be (connect.c). */
#ifndef UK_BLKFRONT_H
#define UK_BLKFRONT_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/blkdev.h>
#include <uk/plat.h>
#include <uk/sched.h>
#include <uk/xen-ring.h>

#define PAGES CONFIG_BLKFRONT_PAGES
#define SEGMENTS 11 /* pages of one request */
#define PLACES 32u  /* as many as fit into a page, down to a power of two */

struct segment {
	uint32_t lent;
	uint8_t first_sector, last_sector;
};

struct block_request {
	uint8_t operation, segment_count;
	uint16_t handle;
	uint64_t id, sector;
	struct segment segments[SEGMENTS];
};

struct block_response {
	uint64_t id;
	uint8_t operation;
	int16_t status;
};

union block_place {
	struct block_request request;
	struct block_response response;
};
_Static_assert(sizeof(union block_place) == 112, "as Xen's 64-bit guests and hosts have it");

/* A request that the host works on, and its pages. */
struct running {
	struct uk_block_request *request; /* NULL: none */
	uint16_t pages[SEGMENTS];
};

struct blkfront {
	struct uk_blkdev blkdev; /* first */
	struct uk_poller poller;
	struct uk_xen_ring ring;
	uint16_t handle;
	bool has_flush;
	char *pages;
	uint32_t lent[PAGES];
	uint16_t free[PAGES]; /* numbers of pages that nobody uses */
	unsigned free_count;
	struct running running[PLACES]; /* by id */
	unsigned running_count;
	struct uk_block_request *waiting, **waiting_end;
};

/* What a disk does once it is connected. */
void uk_blkfront_start(struct blkfront *device);

#endif
