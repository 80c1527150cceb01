/*
 * Small objects: each page holds objects of one size behind a header, which is found by
 * rounding an object's address down. What is larger than half a page gets pages of its own.
 */
#include <uk/mem.h>
#include <uk/plat.h>

struct page {
	struct page *next, *previous; /* among pages of this size with free objects */
	void *free;		      /* list through the objects' first words */
	uint32_t used;		      /* objects; or, if on its own, pages */
	uint32_t class;
};
#define HEADER_BYTES ((sizeof(struct page) + 15) & ~15UL)

/* In units of 16 bytes: chosen so that a whole number of each fills a page. */
static const uint8_t class_units[] = {1,  2,  3,  4,  6,  8,  12, 16,
				      21, 28, 36, 42, 50, 63, 84, 127};
#define CLASSES sizeof(class_units)
#define CLASS_PAGES CLASSES

static struct page *pages_with_room[CLASSES];

static struct page *page_of(void *object)
{
	return (struct page *)((uintptr_t)object & ~(UK_PAGE_SIZE - 1));
}

static void link_page(struct page *page)
{
	struct page **head = &pages_with_room[page->class];

	page->previous = NULL;
	page->next = *head;
	if (*head)
		(*head)->previous = page;
	*head = page;
}

static void unlink_page(struct page *page)
{
	if (page->next)
		page->next->previous = page->previous;
	if (page->previous)
		page->previous->next = page->next;
	else
		pages_with_room[page->class] = page->next;
}

static struct page *new_page(uint32_t class)
{
	struct page *page = uk_pages_alloc(1, 1);
	size_t bytes = class_units[class] * 16UL;

	if (!page)
		return NULL;
	page->class = class;
	page->used = 0;
	page->free = NULL;
	for (size_t at = HEADER_BYTES; at + bytes <= UK_PAGE_SIZE; at += bytes) {
		void **object = (void **)((char *)page + at);

		*object = page->free;
		page->free = object;
	}
	link_page(page);
	return page;
}

static void *alloc_pages(size_t bytes)
{
	size_t count = (bytes + HEADER_BYTES + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE;
	struct page *page;

	if (bytes > SIZE_MAX / 2 || count > UINT32_MAX)
		return NULL;
	page = uk_pages_alloc(count, 1);
	if (!page)
		return NULL;
	page->class = CLASS_PAGES;
	page->used = (uint32_t)count;
	return (char *)page + HEADER_BYTES;
}

void *uk_alloc(size_t bytes)
{
	uint32_t class = 0;
	struct page *page;
	void **object;

	while (class < CLASSES && class_units[class] * 16UL < bytes)
		class++;
	if (class == CLASSES)
		return alloc_pages(bytes);
	page = pages_with_room[class];
	if (!page)
		page = new_page(class);
	if (!page)
		return NULL;
	object = page->free;
	page->free = *object;
	page->used++;
	if (!page->free)
		unlink_page(page);
	return object;
}

void *uk_zalloc(size_t bytes)
{
	void *object = uk_alloc(bytes);

	return object ? __builtin_memset(object, 0, bytes) : NULL;
}

void uk_free(void *object)
{
	struct page *page = page_of(object);
	bool was_full;

	if (!object)
		return;
	if (page->class == CLASS_PAGES) {
		uk_pages_free(page, page->used);
		return;
	}
	was_full = !page->free;
	*(void **)object = page->free;
	page->free = object;
	page->used--;
	if (was_full)
		link_page(page);
	/* The last page of a size stays: the next object is likely to come soon. */
	if (!page->used && (page->next || page->previous)) {
		unlink_page(page);
		uk_pages_free(page, 1);
	}
}
