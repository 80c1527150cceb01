/*
 * Pages of a disk in memory. Writes stay here until volume_cache_sync() or until room is needed,
 * and then go to the disk together. The caller excludes other threads.
 */
#ifndef UK_VOLUMES_CACHE_H
#define UK_VOLUMES_CACHE_H

#include <uk/blkdev.h>
#include <uk/sched.h>

struct cached_page;

struct cache {
	struct uk_blkdev *disk;
	struct cached_page *pages;
	size_t page_count, used;
	uint64_t clock; /* of uses, to find the page that was unused for longest */
	bool unflushed; /* the disk may hold writes that are not durable */
	size_t on_their_way;
	int error; /* of the writes on their way */
	struct uk_wait_queue waiting;
};

/* 0 or -ENOMEM. */
int volume_cache_init(struct cache *cache, struct uk_blkdev *disk, size_t bytes);
/* Offsets and lengths in bytes, whole sectors. 0 or -errno. */
int volume_cache_read(struct cache *cache, uint64_t offset, void *data, size_t length);
int volume_cache_write(struct cache *cache, uint64_t offset, const void *data, size_t length);
/* Afterwards all that was written is durable. What could not be written stays to be tried. */
int volume_cache_sync(struct cache *cache);

#endif
