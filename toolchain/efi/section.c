/* Finds a section of a program in memory (PE format: "COFF File Header", "Section Table"). */
#include "stub.h"

#define PE_OFFSET 0x3c
#define PE_SIGNATURE 0x00004550 /* "PE", 0, 0 */
#define NAME_BYTES 8

struct pe_header {
	uint32_t signature;
	uint16_t machine, section_count;
	uint32_t time, symbols, symbol_count;
	uint16_t optional_bytes, characteristics;
};

struct pe_section {
	char name[NAME_BYTES];
	uint32_t virtual_bytes, address, file_bytes, file_offset;
	uint32_t unused[4];
};

const void *own_section(const void *base, const char *name, uint64_t *bytes)
{
	const char *start = base;
	const struct pe_header *header =
		(const void *)(start + *(const uint32_t *)(start + PE_OFFSET));
	const struct pe_section *section =
		(const void *)((const char *)(header + 1) + header->optional_bytes);

	if (header->signature != PE_SIGNATURE)
		return NULL;
	for (unsigned i = 0; i < header->section_count; i++, section++) {
		size_t at = 0;

		while (at < NAME_BYTES && name[at] && section->name[at] == name[at])
			at++;
		if (at < NAME_BYTES && (name[at] || section->name[at]))
			continue;
		*bytes = section->virtual_bytes;
		return start + section->address;
	}
	return NULL;
}
