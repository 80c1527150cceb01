/* Access to pages: what was allowed works, what was not ends the guest; nothing can be made
 * executable, and the image stays as it is. */
// expect: success
// expect: crash "page fault: no such memory" with unmapped
// expect: crash "page fault: write to read-only memory" with read-only
// machines: microvm pc xen
#include <uk/check.h>
#include <uk/errors.h>
#include <uk/init.h>

#define READ_WRITE (UK_PROT_READ | UK_PROT_WRITE)

extern char __image_start[], __text_start[];

int uk_application(void)
{
	const struct uk_memory_region *regions;
	size_t count = uk_plat_memory(&regions), largest = 0;
	const char *what = uk_boot_config_get("arg");
	uintptr_t page;
	volatile char *bytes;

	for (size_t i = 0; i < count; i++)
		if (regions[i].length > regions[largest].length)
			largest = i;
	uk_check(regions[largest].length > 0x500000);
	/* In the middle of large pages, so that they must be split. */
	page = regions[largest].start + 0x305000;
	bytes = (volatile char *)page;
	bytes[-1] = 1;
	bytes[0] = 2;
	bytes[UK_PAGE_SIZE] = 3;
	if (what && what[0] == 'u') {
		uk_check(uk_plat_protect(page, UK_PAGE_SIZE, 0) == 0);
		bytes[0] = 4;
	}
	uk_check(uk_plat_protect(page, UK_PAGE_SIZE, UK_PROT_READ) == 0);
	uk_check(bytes[-1] == 1 && bytes[0] == 2 && bytes[UK_PAGE_SIZE] == 3);
	bytes[-1] = 5;
	bytes[UK_PAGE_SIZE] = 6;
	if (what)
		bytes[0] = 7;
	uk_check(uk_plat_protect(page, UK_PAGE_SIZE, READ_WRITE) == 0);
	bytes[0] = 8;
	uk_check(bytes[0] == 8);
	/* Many pages at once, up and down. */
	uk_check(uk_plat_protect(page, 300 * UK_PAGE_SIZE, 0) == 0);
	uk_check(uk_plat_protect(page, 300 * UK_PAGE_SIZE, READ_WRITE) == 0);
	bytes[299 * UK_PAGE_SIZE] = 9;
	uk_check(bytes[0] == 8);

	uk_check(uk_plat_protect(page, UK_PAGE_SIZE, UK_PROT_EXEC) == -UK_EACCES);
	uk_check(uk_plat_protect(page, UK_PAGE_SIZE, READ_WRITE | UK_PROT_EXEC) == -UK_EACCES);
	uk_check(uk_plat_protect((uintptr_t)__text_start, UK_PAGE_SIZE, READ_WRITE) == -UK_EACCES);
	uk_check(uk_plat_protect((uintptr_t)__image_start, UK_PAGE_SIZE, 0) == -UK_EACCES);
	return uk_success();
}
