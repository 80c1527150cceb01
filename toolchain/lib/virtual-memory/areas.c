/* A list of areas, ordered by address. */
#include "areas.h"
#include <errno.h>
#include <uk/mem.h>

static struct area *first;

/* The first link whose area ends behind an address. */
static struct area **link_from(uintptr_t address)
{
	struct area **link = &first;

	while (*link && (*link)->end <= address)
		link = &(*link)->next;
	return link;
}

struct area *area_from(uintptr_t address)
{
	return *link_from(address);
}

bool areas_free(uintptr_t start, uintptr_t end)
{
	const struct area *area = area_from(start);

	return !area || area->start >= end;
}

bool areas_cover(uintptr_t start, uintptr_t end)
{
	for (const struct area *area = area_from(start); area && area->start <= start;
	     area = area->next) {
		if (area->end >= end)
			return true;
		start = area->end;
	}
	return false;
}

static struct area *insert(struct area **link, uintptr_t start, uintptr_t end, int access)
{
	struct area *new = uk_alloc(sizeof(*new));

	if (!new)
		return NULL;
	*new = (struct area){*link, start, end, access};
	*link = new;
	return new;
}

int areas_clear(uintptr_t start, uintptr_t end)
{
	struct area **link = link_from(start), *area;

	while ((area = *link) && area->start < end) {
		if (area->start < start) {
			/* The one step that needs memory comes first, and once at most. */
			if (area->end > end &&
			    !insert(&area->next, end, area->end, area->access))
				return -ENOMEM;
			area->end = start;
			link = &area->next;
		} else if (area->end > end) {
			area->start = end;
		} else {
			*link = area->next;
			uk_free(area);
		}
	}
	return 0;
}

static void merge_with_next(struct area *area)
{
	struct area *next = area->next;

	if (!next || next->start != area->end || next->access != area->access)
		return;
	area->end = next->end;
	area->next = next->next;
	uk_free(next);
}

int areas_set(uintptr_t start, uintptr_t end, int access)
{
	struct area *spare = uk_alloc(sizeof(*spare)), *previous = NULL;
	struct area **link;

	if (!spare || areas_clear(start, end)) {
		uk_free(spare);
		return -ENOMEM;
	}
	for (link = &first; *link && (*link)->end <= start; link = &(*link)->next)
		previous = *link;
	*spare = (struct area){*link, start, end, access};
	*link = spare;
	merge_with_next(spare);
	if (previous)
		merge_with_next(previous);
	return 0;
}

uintptr_t areas_find(size_t length, uintptr_t lowest, uintptr_t highest)
{
	for (const struct area *area = area_from(lowest); area && area->start < lowest + length;
	     area = area->next)
		lowest = area->end;
	return length <= highest && lowest <= highest - length ? lowest : 0;
}
