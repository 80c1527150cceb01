/*
 * Writes many requests at a time: in the order of their sectors, adjacent ones with one call, since
 * each call costs as much as a flush. What is written has no order before it has ended.
 */
#include "tender_blk.h"
#include <errno.h>
#include <string.h>
#include <uk/plat-linux.h>

/* Takes the second half of a list away from it. */
static struct uk_block_request *split(struct uk_block_request *list)
{
	struct uk_block_request *middle = list, *end = list->next, *half;

	while (end != NULL && end->next != NULL) {
		middle = middle->next;
		end = end->next->next;
	}
	half = middle->next;
	middle->next = NULL;
	return half;
}

static struct uk_block_request *sorted(struct uk_block_request *list)
{
	struct uk_block_request *other, *result = NULL, **end = &result;

	if (list == NULL || list->next == NULL)
		return list;
	other = sorted(split(list));
	list = sorted(list);
	while (list != NULL && other != NULL) {
		struct uk_block_request **least = other->sector < list->sector ? &other : &list;

		*end = *least;
		end = &(*end)->next;
		*least = *end;
	}
	*end = list != NULL ? list : other;
	return result;
}

/* The first request that does not go on where those before it end, or has no room with them; they
 * have *length bytes together. */
static struct uk_block_request *end_of_run(struct uk_block_request *first, size_t *length)
{
	struct uk_block_request *request = first->next;

	for (*length = first->length; request != NULL; request = request->next) {
		if (request->sector != first->sector + *length / UK_SECTOR_SIZE ||
		    *length + request->length > GATHERED_MAX)
			break;
		*length += request->length;
	}
	return request;
}

static int write_all(const struct tender_disk *disk, uint64_t sector, const char *data,
		     size_t length)
{
	uint64_t offset = sector * UK_SECTOR_SIZE;

	while (length > 0) {
		long written = uk_linux_pwrite(disk->fd, data, length, offset);

		if (written <= 0)
			return -EIO;
		data += written;
		offset += (uint64_t)written;
		length -= (size_t)written;
	}
	return 0;
}

static int write_run(const struct tender_disk *disk, const struct uk_block_request *first,
		     const struct uk_block_request *end, size_t length)
{
	char *to = disk->gathered;

	if (first->next == end)
		return write_all(disk, first->sector, first->data, length);
	for (const struct uk_block_request *request = first; request != end;
	     request = request->next) {
		memcpy(to, request->data, request->length);
		to += request->length;
	}
	return write_all(disk, first->sector, disk->gathered, length);
}

unsigned tender_disk_write(struct tender_disk *disk)
{
	struct uk_block_request *request = sorted(disk->writes);
	unsigned ended = 0;

	/* What done() submits is for the next time. */
	disk->writes = NULL;
	disk->writes_end = &disk->writes;
	while (request != NULL) {
		size_t length;
		struct uk_block_request *end = end_of_run(request, &length), *next;
		int result = write_run(disk, request, end, length);

		for (; request != end; request = next, ended++) {
			next = request->next;
			request->done(request, result);
		}
	}
	return ended;
}
