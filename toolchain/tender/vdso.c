/* The kernel maps a small shared object into every process; this looks a function up in it. It is
 * the kernel's own and trusted. */
#include "vdso.h"
#include "text.h"

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};

struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, bytes;
};

struct dynamic {
	uint64_t tag, value;
};

enum { SEGMENT_LOAD = 1, SEGMENT_DYNAMIC = 2, TAG_HASH = 4, TAG_STRINGS = 5, TAG_SYMBOLS = 6 };

#define HEADER_PROGRAM_HEADERS 32
#define HEADER_PROGRAM_HEADER_COUNT 56

uint64_t vdso_function(uint64_t vdso, const char *name)
{
	const struct program_header *header;
	const struct dynamic *dynamic = 0;
	const struct symbol *symbols = 0;
	const uint32_t *hash = 0;
	const char *strings = 0;
	uint64_t moved = 0;
	unsigned count;

	if (!vdso)
		return 0;
	header = (const void *)(vdso + *(const uint64_t *)(vdso + HEADER_PROGRAM_HEADERS));
	count = *(const uint16_t *)(vdso + HEADER_PROGRAM_HEADER_COUNT);
	for (; count--; header++) {
		if (header->type == SEGMENT_LOAD)
			moved = vdso + header->offset - header->address;
		else if (header->type == SEGMENT_DYNAMIC)
			dynamic = (const void *)(vdso + header->offset);
	}
	for (; dynamic && dynamic->tag; dynamic++) {
		const void *at = (const void *)(moved + dynamic->value);

		if (dynamic->tag == TAG_HASH)
			hash = at;
		else if (dynamic->tag == TAG_STRINGS)
			strings = at;
		else if (dynamic->tag == TAG_SYMBOLS)
			symbols = at;
	}
	if (!hash || !strings || !symbols)
		return 0;
	/* The second word of the hash table is the number of symbols. */
	for (uint32_t i = 0; i < hash[1]; i++)
		if (symbols[i].section && text_equal(strings + symbols[i].name, name))
			return moved + symbols[i].value;
	return 0;
}
