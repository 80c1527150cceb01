/* Pages of a disk in memory, written back together. */
#include "cache.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

#define PAGE_SIZE 4096u
/* A page that is not cached is not worth keeping for so little: it is a pointer in a block of
 * data, of which walks over the file system read one from each. */
#define SHORT_READ UK_SECTOR_SIZE

struct cached_page {
	struct uk_block_request request; /* first */
	struct cache *cache;
	uint64_t number;
	uint64_t last_use;
	char *data;
	uint16_t dirty_from, dirty_to; /* bytes; equal: clean */
};

int volume_cache_init(struct cache *cache, struct uk_blkdev *disk, size_t bytes)
{
	size_t count = bytes / PAGE_SIZE;
	char *memory = uk_pages_alloc(count, 1);

	*cache = (struct cache){.disk = disk, .page_count = count};
	cache->pages = uk_zalloc(count * sizeof(struct cached_page));
	if (!memory || !cache->pages)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		cache->pages[i].cache = cache;
		cache->pages[i].data = memory + i * PAGE_SIZE;
	}
	return 0;
}

static bool is_dirty(const struct cached_page *page)
{
	return page->dirty_from != page->dirty_to;
}

static struct cached_page *find(struct cache *cache, uint64_t number)
{
	for (size_t i = 0; i < cache->used; i++) {
		struct cached_page *page = &cache->pages[i];

		if (page->number == number) {
			page->last_use = ++cache->clock;
			return page;
		}
	}
	return NULL;
}

static void written(struct uk_block_request *request, int result)
{
	struct cached_page *page = (struct cached_page *)request;
	struct cache *cache = page->cache;

	if (result == 0)
		page->dirty_from = page->dirty_to = 0;
	else
		cache->error = result;
	if (--cache->on_their_way == 0)
		uk_wake(&cache->waiting, 1);
}

/* Only the sectors that changed: a torn write cannot damage their neighbours. */
static int write_back(struct cache *cache)
{
	cache->error = 0;
	cache->on_their_way = 1; /* until all are submitted */
	for (size_t i = 0; i < cache->used; i++) {
		struct cached_page *page = &cache->pages[i];

		if (!is_dirty(page))
			continue;
		page->request = (struct uk_block_request){
			.operation = UK_BLOCK_WRITE,
			.sector = (page->number * PAGE_SIZE + page->dirty_from) / UK_SECTOR_SIZE,
			.data = page->data + page->dirty_from,
			.length = (size_t)(page->dirty_to - page->dirty_from),
			.done = written,
		};
		cache->on_their_way++;
		cache->unflushed = true;
		cache->disk->ops->submit(cache->disk, &page->request);
	}
	cache->on_their_way--;
	while (cache->on_their_way > 0)
		uk_wait(&cache->waiting, UINT64_MAX);
	return cache->error;
}

int volume_cache_sync(struct cache *cache)
{
	int error = write_back(cache);

	if (error == 0 && cache->unflushed)
		error = uk_block_flush(cache->disk);
	if (error == 0)
		cache->unflushed = false;
	return error;
}

/* A clean page to put something else into; NULL and an error when none can be made clean. */
static struct cached_page *take(struct cache *cache, uint64_t number, int *error)
{
	struct cached_page *oldest = &cache->pages[0];

	if (cache->used < cache->page_count) {
		oldest = &cache->pages[cache->used++];
	} else {
		for (size_t i = 1; i < cache->used; i++)
			if (cache->pages[i].last_use < oldest->last_use)
				oldest = &cache->pages[i];
		/* All at once: the disk works on them at the same time. */
		*error = is_dirty(oldest) ? write_back(cache) : 0;
		if (*error != 0)
			return NULL;
	}
	oldest->number = number;
	oldest->last_use = ++cache->clock;
	return oldest;
}

/* A page whose content is that of the disk. */
static struct cached_page *load(struct cache *cache, uint64_t number, int *error)
{
	struct cached_page *page = take(cache, number, error);

	if (page == NULL)
		return NULL;
	*error = uk_block_read(cache->disk, number * (PAGE_SIZE / UK_SECTOR_SIZE), page->data,
			       PAGE_SIZE);
	if (*error == 0)
		return page;
	page->number = UINT64_MAX; /* no page of a disk */
	page->last_use = 0;
	return NULL;
}

/* How many whole pages from `number` on, at most `limit`, are not in memory. */
static size_t absent(struct cache *cache, uint64_t number, size_t limit)
{
	size_t count = 0;

	while (count < limit && find(cache, number + count) == NULL)
		count++;
	return count;
}

int volume_cache_read(struct cache *cache, uint64_t offset, void *data, size_t length)
{
	char *to = data;

	while (length > 0) {
		uint64_t number = offset / PAGE_SIZE;
		size_t in_page = offset % PAGE_SIZE, part = PAGE_SIZE - in_page;
		struct cached_page *page = find(cache, number);
		int error = 0;

		if (part > length)
			part = length;
		if (page == NULL && in_page == 0 && length >= 2 * PAGE_SIZE) {
			/* A long read of data that nobody may want again. */
			part = absent(cache, number, length / PAGE_SIZE) * PAGE_SIZE;
			error = uk_block_read(cache->disk, offset / UK_SECTOR_SIZE, to, part);
		} else if (page == NULL && part <= SHORT_READ) {
			error = uk_block_read(cache->disk, offset / UK_SECTOR_SIZE, to, part);
		} else {
			if (page == NULL)
				page = load(cache, number, &error);
			if (page != NULL)
				memcpy(to, page->data + in_page, part);
		}
		if (error != 0)
			return error;
		offset += part;
		to += part;
		length -= part;
	}
	return 0;
}

static void mark_dirty(struct cached_page *page, size_t from, size_t to)
{
	if (!is_dirty(page)) {
		page->dirty_from = (uint16_t)from;
		page->dirty_to = (uint16_t)to;
		return;
	}
	if (from < page->dirty_from)
		page->dirty_from = (uint16_t)from;
	if (to > page->dirty_to)
		page->dirty_to = (uint16_t)to;
}

int volume_cache_write(struct cache *cache, uint64_t offset, const void *data, size_t length)
{
	const char *from = data;

	while (length > 0) {
		uint64_t number = offset / PAGE_SIZE;
		size_t in_page = offset % PAGE_SIZE, part = PAGE_SIZE - in_page;
		struct cached_page *page = find(cache, number);
		int error = 0;

		if (part > length)
			part = length;
		if (page == NULL)
			page = part == PAGE_SIZE ? take(cache, number, &error)
						 : load(cache, number, &error);
		if (page == NULL)
			return error;
		memcpy(page->data + in_page, from, part);
		mark_dirty(page, in_page, in_page + part);
		offset += part;
		from += part;
		length -= part;
	}
	return 0;
}
