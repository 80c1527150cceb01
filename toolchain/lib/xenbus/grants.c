/* Lent memory: a table that Xen reads says who may use which pages of this guest. */
#include <errno.h>
#include <uk/plat.h>
#include <uk/xen.h>
#include <uk/xenbus.h>

#define TABLE_PAGES_MAX 16
#define RESERVED 8 /* entries that the toolstack uses */
#define ALLOWED 1
#define READ_ONLY 4

struct entry {
	uint16_t flags, domain;
	uint32_t frame;
};

#define ENTRIES_PER_PAGE (UK_PAGE_SIZE / sizeof(struct entry))

int uk_xen_lend(uint16_t domain, const void *page, bool read_only)
{
	static struct entry *table[TABLE_PAGES_MAX];
	static unsigned used = RESERVED;
	unsigned in_table = used / ENTRIES_PER_PAGE;
	struct entry *entry;

	if (in_table == TABLE_PAGES_MAX)
		return -ENOSPC;
	if (!table[in_table])
		table[in_table] = uk_xen_map(UK_XEN_SPACE_GRANT_TABLE, in_table);
	if (!table[in_table])
		return -ENOSPC;
	entry = &table[in_table][used % ENTRIES_PER_PAGE];
	entry->domain = domain;
	entry->frame = (uint32_t)((uintptr_t)page / UK_PAGE_SIZE);
	/* From here on the entry counts. */
	__atomic_store_n(&entry->flags, (uint16_t)(ALLOWED | (read_only ? READ_ONLY : 0)),
			 __ATOMIC_SEQ_CST);
	return (int)used++;
}
