/* Reads and judges an image's headers. */
#include "image.h"
#include "kernel.h"
#include <stdbool.h>

#define MACHINE_X86_64 62
#define TYPE_EXECUTABLE 2
#define SEGMENT_LOAD 1
#define SEGMENT_DYNAMIC 2
#define SEGMENT_INTERPRETER 3
#define SEGMENT_NOTE 4
#define HEADERS_MAX 32
#define STACKS_MAX 4096
#define STACKS_BYTES_MAX (1UL << 32)

struct elf_header {
	unsigned char magic[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t header_bytes, program_header_bytes, program_header_count;
	uint16_t section_header_bytes, section_header_count, names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};

struct note_header {
	uint32_t name_bytes, content_bytes, type;
};

/* Whether [offset, offset + length) lies in a file or region of `size` bytes. */
static bool fits(uint64_t offset, uint64_t length, uint64_t size)
{
	return offset <= size && length <= size - offset;
}

static bool is_executable(const struct image *image, uint64_t address)
{
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		if (segment->access & PROT_EXEC &&
		    address - segment->address < segment->memory_bytes)
			return true;
	}
	return false;
}

static const char *read_segment(const struct program_header *header, size_t file_bytes,
				struct image *image)
{
	struct image_segment *segment = &image->segments[image->segment_count];
	int access = (header->flags & 4 ? PROT_READ : 0) | (header->flags & 2 ? PROT_WRITE : 0) |
		     (header->flags & 1 ? PROT_EXEC : 0);

	if (!header->memory_bytes)
		return NULL;
	if (image->segment_count == IMAGE_SEGMENTS_MAX)
		return "it has too many segments";
	if (header->file_bytes > header->memory_bytes)
		return "a segment is larger in the file than in memory";
	if (!fits(header->offset, header->file_bytes, file_bytes))
		return "a segment lies outside of the file";
	if (header->address % PAGE_BYTES)
		return "a segment does not begin on a page";
	if (header->address < UK_TENDER_IMAGE_START ||
	    !fits(header->address, header->memory_bytes, UK_TENDER_IMAGE_LIMIT))
		return "a segment lies outside of the addresses for images";
	if (access & PROT_WRITE && access & PROT_EXEC)
		return "a segment is writable and executable";
	if (header->address < image->end)
		return "segments overlap, or are not in order";
	*segment = (struct image_segment){
		.address = header->address,
		.memory_bytes = (header->memory_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1),
		.file_offset = header->offset,
		.file_bytes = header->file_bytes,
		.access = access,
	};
	image->segment_count++;
	image->end = segment->address + segment->memory_bytes;
	image->memory_bytes += segment->memory_bytes;
	return NULL;
}

static const char *check_note(const struct uk_tender_note *note)
{
	if (note->version != UK_TENDER_VERSION)
		return "it was built for another version of the tender";
	if (note->stack_slots > STACKS_MAX)
		return "its note asks for too many stacks";
	if (note->stack_slots &&
	    (note->stack_slot_bytes % PAGE_BYTES || note->stack_guard_bytes % PAGE_BYTES ||
	     note->stack_guard_bytes >= note->stack_slot_bytes ||
	     note->stack_slot_bytes > STACKS_BYTES_MAX / note->stack_slots))
		return "its note asks for stacks of an impossible size";
	return NULL;
}

/* Looks for our note among those of a segment. */
static const char *read_notes(const unsigned char *notes, uint64_t length, struct image *image)
{
	static const char name[12] = UK_TENDER_NOTE_NAME; /* padded to words, as in the file */
	struct note_header header;

	while (length >= sizeof(header)) {
		uint64_t name_bytes, content_bytes;

		__builtin_memcpy(&header, notes, sizeof(header));
		notes += sizeof(header);
		length -= sizeof(header);
		name_bytes = (header.name_bytes + 3UL) & ~3UL;
		content_bytes = (header.content_bytes + 3UL) & ~3UL;
		if (!fits(name_bytes, content_bytes, length))
			return "a note lies outside of its segment";
		if (header.type == UK_TENDER_NOTE && name_bytes == sizeof(name) &&
		    header.content_bytes == sizeof(image->note) &&
		    !__builtin_memcmp(notes, name, sizeof(name))) {
			__builtin_memcpy(&image->note, notes + name_bytes, sizeof(image->note));
			return check_note(&image->note);
		}
		notes += name_bytes + content_bytes;
		length -= name_bytes + content_bytes;
	}
	return NULL;
}

static const char *read_headers(const unsigned char *file, size_t file_bytes,
				const struct elf_header *elf, struct image *image)
{
	for (unsigned i = 0; i < elf->program_header_count; i++) {
		struct program_header header;
		const char *problem = NULL;

		__builtin_memcpy(&header, file + elf->program_headers + i * sizeof(header),
				 sizeof(header));
		switch (header.type) {
		case SEGMENT_LOAD:
			problem = read_segment(&header, file_bytes, image);
			break;
		case SEGMENT_NOTE:
			if (!fits(header.offset, header.file_bytes, file_bytes))
				problem = "its notes lie outside of the file";
			else if (!image->note.version)
				problem = read_notes(file + header.offset, header.file_bytes, image);
			break;
		case SEGMENT_DYNAMIC:
		case SEGMENT_INTERPRETER:
			problem = "it is a dynamically linked program, not an image";
			break;
		}
		if (problem)
			return problem;
	}
	return NULL;
}

const char *image_read(const unsigned char *file, size_t file_bytes, struct image *image)
{
	static const unsigned char magic[8] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	struct elf_header elf;
	const char *problem;

	*image = (struct image){0};
	if (file_bytes < sizeof(elf))
		return "it is not an ELF file";
	__builtin_memcpy(&elf, file, sizeof(elf));
	if (__builtin_memcmp(elf.magic, magic, 7) || elf.machine != MACHINE_X86_64)
		return "it is not an ELF file for x86_64";
	if (elf.type != TYPE_EXECUTABLE)
		return "it is not an executable with fixed addresses";
	if (elf.program_header_bytes != sizeof(struct program_header) ||
	    elf.program_header_count > HEADERS_MAX ||
	    !fits(elf.program_headers, elf.program_header_count * sizeof(struct program_header),
		  file_bytes))
		return "its program headers are damaged";
	problem = read_headers(file, file_bytes, &elf, image);
	if (problem)
		return problem;
	if (!image->note.version)
		return "it was not built for the platform \"linux\" (its note is missing)";
	if (!is_executable(image, elf.entry))
		return "its entry point is in no executable segment";
	if (!is_executable(image, image->note.fault_handler))
		return "its fault handler is in no executable segment";
	image->entry = elf.entry;
	return NULL;
}
