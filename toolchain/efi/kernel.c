/* Reads a unikernel: an ELF executable whose PVH note says where it is entered. */
#include "stub.h"

#define ELF_MAGIC 0x464c457f
#define ELF_CLASS_64 2
#define SEGMENT_LOAD 1
#define SEGMENT_NOTE 4
#define FOUR_GIB (UINT64_C(1) << 32)
#define ALIGN4(bytes) (((bytes) + 3u) & ~3u)

struct elf_header {
	uint32_t magic;
	uint8_t class, unused[11];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, segments, sections;
	uint32_t flags;
	uint16_t header_bytes, segment_bytes, segment_count;
	uint16_t section_bytes, section_count, section_names;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, physical_address, file_bytes, memory_bytes, alignment;
};

struct elf_note {
	uint32_t name_bytes, value_bytes, type;
	char name[];
};

static uint32_t entry_in(const char *notes, uint64_t bytes)
{
	for (uint64_t at = 0; at + sizeof(struct elf_note) <= bytes;) {
		const struct elf_note *note = (const void *)(notes + at);
		const char *value = note->name + ALIGN4(note->name_bytes);

		at += sizeof(*note) + ALIGN4((uint64_t)note->name_bytes) +
		      ALIGN4((uint64_t)note->value_bytes);
		if (at > bytes)
			break;
		if (note->type == PVH_NOTE_ENTRY && note->name_bytes == sizeof(PVH_NOTE_NAME) &&
		    note->value_bytes >= 4 &&
		    !__builtin_memcmp(note->name, PVH_NOTE_NAME, sizeof(PVH_NOTE_NAME)))
			return *(const uint32_t *)value;
	}
	return 0;
}

void prepare_kernel(const void *file, uint64_t bytes, struct handover *handover, uint64_t *start,
		    uint64_t *end)
{
	const struct elf_header *header = file;
	const struct elf_segment *segments = (const void *)((const char *)file + header->segments);

	if (bytes < sizeof(*header) || header->magic != ELF_MAGIC ||
	    header->class != ELF_CLASS_64 || header->segment_bytes != sizeof(*segments) ||
	    header->segments > bytes ||
	    header->segment_count > (bytes - header->segments) / sizeof(*segments))
		fail("its kernel is not a 64-bit ELF executable");
	*start = UINT64_MAX;
	*end = 0;
	for (unsigned i = 0; i < header->segment_count; i++) {
		const struct elf_segment *segment = &segments[i];
		uint64_t target = segment->physical_address;

		if (segment->offset > bytes || segment->file_bytes > bytes - segment->offset)
			fail("its kernel is cut off");
		if (segment->type == SEGMENT_NOTE && handover->entry == 0)
			handover->entry =
				entry_in((const char *)file + segment->offset, segment->file_bytes);
		if (segment->type != SEGMENT_LOAD || segment->memory_bytes == 0)
			continue;
		if (target >= FOUR_GIB || segment->memory_bytes > FOUR_GIB - target ||
		    segment->file_bytes > segment->memory_bytes ||
		    handover->move_count == HANDOVER_MOVES_MAX)
			fail("its kernel does not fit below 4 GiB");
		handover->moves[handover->move_count++] = (struct handover_move){
			.target = (uint32_t)target,
			.bytes = (uint32_t)segment->file_bytes,
			.zero_bytes = (uint32_t)(segment->memory_bytes - segment->file_bytes),
		};
		if (target < *start)
			*start = target;
		if (target + segment->memory_bytes > *end)
			*end = target + segment->memory_bytes;
	}
	if (handover->entry == 0 || handover->move_count == 0)
		fail("its kernel has no PVH entry");

	/* The firmware may have put this program above 4 GiB or where the kernel is going to be. */
	claim(*start, *end);
	char *copy = pages_below_4g(bytes);
	unsigned move = 0;

	__builtin_memcpy(copy, file, bytes);
	for (unsigned i = 0; i < header->segment_count; i++)
		if (segments[i].type == SEGMENT_LOAD && segments[i].memory_bytes != 0)
			handover->moves[move++].source =
				(uint32_t)(uintptr_t)(copy + segments[i].offset);
}
