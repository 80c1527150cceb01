/* Which memory is free to use: what the monitor's map calls RAM, without the image, page 0
 * and what the monitor left for us. */
#include <uk/plat.h>
#include <uk/x86.h>

#define REGIONS_MAX 16
/* One table of page tables reaches this far; nobody gives a guest more. */
#define ADDRESS_LIMIT (1UL << 39)

static struct uk_memory_region regions[REGIONS_MAX];
static size_t region_count;

static uintptr_t page_down(uintptr_t address)
{
	return address & ~(UK_PAGE_SIZE - 1);
}

static uintptr_t page_up(uintptr_t address)
{
	return page_down(address + UK_PAGE_SIZE - 1);
}

/* Inserts in ascending order. What does not fit in the table is not used. */
static void add(uintptr_t start, uintptr_t end)
{
	size_t at = region_count;

	if (start >= end || region_count == REGIONS_MAX)
		return;
	for (; at > 0 && regions[at - 1].start > start; at--)
		regions[at] = regions[at - 1];
	regions[at] = (struct uk_memory_region){start, end - start};
	region_count++;
}

static void exclude(uintptr_t address, size_t length)
{
	uintptr_t start = page_down(address), end = page_up(address + length);

	for (size_t i = 0; i < region_count; i++) {
		struct uk_memory_region *region = &regions[i];
		uintptr_t region_end = region->start + region->length;

		if (end <= region->start || start >= region_end)
			continue;
		if (start <= region->start) {
			/* The rest may be empty; it stays in its place as such. */
			uintptr_t rest = end < region_end ? end : region_end;

			region->start = rest;
			region->length = region_end - rest;
		} else {
			region->length = start - region->start;
			add(end, region_end);
		}
	}
}

void uk_x86_memory_init(const struct pvh_start_info *info)
{
	const struct pvh_memory *map;
	const struct pvh_module *modules;

	if (info->magic != PVH_MAGIC || info->version < 1 || !info->memory_map)
		uk_crash("the monitor gave no PVH memory map");
	map = (const void *)info->memory_map;
	for (uint32_t i = 0; i < info->memory_map_count; i++) {
		uintptr_t start = page_up(map[i].start);
		uintptr_t end = page_down(map[i].start + map[i].length);

		if (map[i].type != PVH_MEMORY_RAM)
			continue;
		add(start ? start : UK_PAGE_SIZE, end < ADDRESS_LIMIT ? end : ADDRESS_LIMIT);
	}
	exclude((uintptr_t)__image_start, __image_end - __image_start);
	for (const struct uk_x86_segment *segment = uk_x86_first_segment();
	     uk_x86_is_segment(segment); segment++)
		exclude(segment->start, segment->end - segment->start);
	exclude((uintptr_t)info, sizeof(*info));
	exclude((uintptr_t)map, info->memory_map_count * sizeof(*map));
	modules = (const void *)info->modules;
	exclude((uintptr_t)modules, info->module_count * sizeof(*modules));
	for (uint32_t i = 0; i < info->module_count; i++)
		exclude(modules[i].start, modules[i].length);
	if (info->command_line)
		exclude(info->command_line, UK_PAGE_SIZE);
}

void *uk_x86_memory_page(void)
{
	for (size_t i = 0; i < region_count; i++) {
		struct uk_memory_region *region = &regions[i];

		if (region->length) {
			region->start += UK_PAGE_SIZE;
			region->length -= UK_PAGE_SIZE;
			return (void *)(region->start - UK_PAGE_SIZE);
		}
	}
	return NULL;
}

size_t uk_plat_memory(const struct uk_memory_region **result)
{
	*result = regions;
	return region_count;
}
