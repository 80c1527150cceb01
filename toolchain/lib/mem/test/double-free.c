/* Giving back pages that are free already is noticed. */
// expect: crash "pages freed that are not in use"
#include <uk/check.h>
#include <uk/init.h>
#include <uk/mem.h>

int uk_application(void)
{
	char *pages = uk_pages_alloc(4, 1);

	uk_check(pages);
	uk_pages_free(pages + UK_PAGE_SIZE, 1);
	uk_pages_free(pages, 4);
	return 0;
}
