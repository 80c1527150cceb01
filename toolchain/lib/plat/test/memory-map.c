/* Usable memory is in order, has no overlaps, and does not hold the image, page 0 or the
 * configuration; all of it can be written. */
// expect: success with configured
// machines: microvm microvm-acpi pc q35 xen linux
// memory: 5M
#include <uk/check.h>
#include <uk/init.h>

extern char __image_start[], __image_end[];

static bool overlaps(const struct uk_memory_region *region, uintptr_t start, uintptr_t end)
{
	return region->start < end && start < region->start + region->length;
}

int uk_application(void)
{
	const struct uk_memory_region *regions;
	size_t count = uk_plat_memory(&regions), bytes = 0, length;
	uintptr_t last = UK_PAGE_SIZE;
	const char *config = uk_boot_config(&length);

	uk_check(config);
	for (size_t i = 0; i < count; i++) {
		const struct uk_memory_region *region = &regions[i];

		uk_check(region->start % UK_PAGE_SIZE == 0 && region->length % UK_PAGE_SIZE == 0);
		uk_check(region->start >= last);
		last = region->start + region->length;
		bytes += region->length;
		uk_check(!overlaps(region, (uintptr_t)__image_start, (uintptr_t)__image_end));
		uk_check(!overlaps(region, (uintptr_t)config, (uintptr_t)config + length));
		for (uintptr_t page = region->start; page < last; page += UK_PAGE_SIZE)
			*(volatile uintptr_t *)page = page;
	}
	/* The rest is the image's and, where they are prepared, stacks'. */
	uk_check(bytes > 3 << 20 && bytes < 5 << 20);
	for (size_t i = 0; i < count; i++)
		for (uintptr_t page = regions[i].start; page < regions[i].start + regions[i].length;
		     page += UK_PAGE_SIZE)
			uk_check(*(volatile uintptr_t *)page == page);

	const char *argument = uk_boot_config_get("arg");
	uk_check(argument && argument[0] == 'c' && argument[9] == 'd' && argument[10] == 0);
	uk_check(uk_boot_config_get("ar") == NULL && uk_boot_config_get("nothing") == NULL);
	return uk_success();
}
