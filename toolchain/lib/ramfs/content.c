/*
 * A file's bytes. Pages stay where they are when a file grows; only the table of their
 * addresses is copied, and it doubles, so writing n bytes costs in the order of n.
 */
#include "node.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>

#define PAGE ((off_t)UK_PAGE_SIZE)
#define SMALLEST_TABLE 8
/* A table for more could not be allocated anyway. */
#define LARGEST_SIZE ((off_t)1 << 46)

static size_t part_of_page(off_t offset, size_t length)
{
	size_t rest = (size_t)(PAGE - offset % PAGE);
	return rest < length ? rest : length;
}

ssize_t content_read(const struct content *content, char *buffer, size_t length, off_t offset)
{
	if (offset >= content->size)
		return 0;
	if (length > (size_t)(content->size - offset))
		length = (size_t)(content->size - offset);
	for (size_t done = 0, part; done < length; done += part, offset += (off_t)part) {
		size_t index = (size_t)(offset / PAGE);
		const char *page = index < content->capacity ? content->pages[index] : NULL;
		part = part_of_page(offset, length - done);
		if (page)
			memcpy(buffer + done, page + offset % PAGE, part);
		else
			memset(buffer + done, 0, part);
	}
	return (ssize_t)length;
}

static int widen_table(struct content *content, size_t index)
{
	size_t capacity = content->capacity ? content->capacity : SMALLEST_TABLE;
	while (capacity <= index)
		capacity *= 2;
	char **pages = uk_zalloc(capacity * sizeof(*pages));
	if (!pages)
		return -ENOSPC;
	if (content->pages)
		memcpy(pages, content->pages, content->capacity * sizeof(*pages));
	uk_free(content->pages);
	content->pages = pages;
	content->capacity = capacity;
	return 0;
}

/* The page with an index, made if need be; NULL when memory is out. `whole`: the caller
 * overwrites all of it. */
static char *page_at(struct content *content, size_t index, bool whole)
{
	if (index >= content->capacity && widen_table(content, index))
		return NULL;
	if (!content->pages[index]) {
		char *page = uk_pages_alloc(1, 1);
		if (!page)
			return NULL;
		if (!whole)
			memset(page, 0, UK_PAGE_SIZE);
		content->pages[index] = page;
		content->present++;
	}
	return content->pages[index];
}

ssize_t content_write(struct content *content, const char *buffer, size_t length, off_t offset)
{
	size_t done = 0;
	if (offset >= LARGEST_SIZE)
		return -EFBIG;
	if (length > (size_t)(LARGEST_SIZE - offset))
		length = (size_t)(LARGEST_SIZE - offset);
	while (done < length) {
		size_t part = part_of_page(offset, length - done);
		char *page = page_at(content, (size_t)(offset / PAGE), part == UK_PAGE_SIZE);
		if (!page)
			break;
		memcpy(page + offset % PAGE, buffer + done, part);
		done += part;
		offset += (off_t)part;
	}
	if (done && offset > content->size)
		content->size = offset;
	return done || !length ? (ssize_t)done : -ENOSPC;
}

int content_truncate(struct content *content, off_t size)
{
	if (size > LARGEST_SIZE)
		return -EFBIG;
	size_t kept = (size_t)((size + PAGE - 1) / PAGE);
	for (size_t index = kept; index < content->capacity; index++) {
		if (!content->pages[index])
			continue;
		uk_pages_free(content->pages[index], 1);
		content->pages[index] = NULL;
		content->present--;
	}
	/* What lies behind the new end must read as zeros if the file grows again. */
	if (size < content->size && size % PAGE && kept <= content->capacity &&
	    content->pages[kept - 1])
		memset(content->pages[kept - 1] + size % PAGE, 0, (size_t)(PAGE - size % PAGE));
	content->size = size;
	return 0;
}
