/*
 * Lays out the guest's memory, from low to high addresses: the image's segments, its stacks for
 * threads, its memory; a page that is not mapped between them. All of it together is what the
 * guest was granted, and since it can map nothing, all that it will ever have. What is not
 * touched takes no memory of the host.
 */
#include "load.h"
#include "kernel.h"
#include "text.h"

#define CONFIG_BYTES_MAX (1UL << 20)
/* Of what is left beside the image, stacks may take one part in so many. */
#define STACKS_PART 4
#define MEMORY_LEAST (64 * 1024UL)

static uint64_t whole_pages(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static bool is_error(long result)
{
	return (unsigned long)result >= -4095UL;
}

/* At this address and nowhere else; an address of 0 lets the kernel choose. */
static void *map(uint64_t address, uint64_t bytes)
{
	int where = address ? MAP_FIXED_NOREPLACE : 0;
	long result = call(CALL_MMAP, address, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | where, -1, 0);

	if (is_error(result))
		fail("cannot map the guest's memory", NULL, result);
	/* A kernel from before 2018 takes the address for a wish. */
	if (address && (uint64_t)result != address)
		fail("cannot map the guest's memory where it belongs", NULL, 0);
	/* Huge pages would make resident what the guest does not use. */
	call(CALL_MADVISE, result, bytes, MADV_NOHUGEPAGE);
	return (void *)result;
}

/* Writable while it is filled, and what the image asks for afterwards: never both writable and
 * executable. */
static void load_segment(const struct image_segment *segment, const unsigned char *file)
{
	unsigned char *memory = map(segment->address, segment->memory_bytes);
	long error;

	__builtin_memcpy(memory, file + segment->file_offset, segment->file_bytes);
	error = call(CALL_MPROTECT, memory, segment->memory_bytes, segment->access);
	if (error)
		fail("cannot set the access of the image's memory", NULL, error);
}

/* Maps the slots without their guards. */
static void map_stacks(const struct uk_tender_note *note, const struct uk_tender_boot *boot)
{
	for (uint64_t i = 0; i < boot->stack_slots; i++) {
		uint64_t slot = boot->stacks_start + i * note->stack_slot_bytes;

		map(slot + note->stack_guard_bytes, note->stack_slot_bytes - note->stack_guard_bytes);
	}
}

static void lay_out(uint64_t granted, const struct image *image, struct uk_tender_boot *boot)
{
	const struct uk_tender_note *note = &image->note;
	uint64_t left = granted > image->memory_bytes ? granted - image->memory_bytes : 0;
	uint64_t slots = 0;

	if (left < MEMORY_LEAST)
		fail("the image does not fit in the memory of --memory", NULL, 0);
	if (note->stack_slots) {
		slots = left / STACKS_PART / note->stack_slot_bytes;
		if (slots > note->stack_slots)
			slots = note->stack_slots;
		left -= slots * note->stack_slot_bytes;
	}
	boot->stack_slots = (uint32_t)slots;
	boot->stacks_start = image->end + PAGE_BYTES;
	boot->memory_start = boot->stacks_start + slots * note->stack_slot_bytes + PAGE_BYTES;
	boot->memory_bytes = left & ~(PAGE_BYTES - 1);
}

static uint64_t size_of_config(int fd)
{
	struct file_status status;
	long error;

	if (fd < 0)
		return 0;
	error = call(CALL_FSTAT, fd, &status);
	if (error)
		fail("cannot read the configuration", NULL, error);
	if ((status.mode & S_IFMT) != S_IFREG || (uint64_t)status.size_bytes > CONFIG_BYTES_MAX)
		fail("the configuration is not a file of at most 1 MiB", NULL, 0);
	return (uint64_t)status.size_bytes;
}

static void read_config(int fd, unsigned char *to, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes;) {
		long got = call(CALL_PREAD, fd, to + at, bytes - at, at);

		if (got <= 0)
			fail("cannot read the configuration", NULL, got);
		at += (uint64_t)got;
	}
}

struct uk_tender_boot *load_guest(const struct options *options, const unsigned char *file,
				  const struct image *image)
{
	uint64_t config_bytes = size_of_config(options->config);
	unsigned char *own = map(0, whole_pages(sizeof(struct uk_tender_boot) + config_bytes));
	struct uk_tender_boot *boot = (struct uk_tender_boot *)own;

	boot->version = UK_TENDER_VERSION;
	lay_out(options->memory_bytes, image, boot);
	for (unsigned i = 0; i < image->segment_count; i++)
		load_segment(&image->segments[i], file);
	map_stacks(&image->note, boot);
	map(boot->memory_start, boot->memory_bytes);
	if (config_bytes) {
		boot->config_start = (uint64_t)(own + sizeof(*boot));
		boot->config_bytes = config_bytes;
		read_config(options->config, own + sizeof(*boot), config_bytes);
	}
	return boot;
}

void load_forget(struct uk_tender_boot *boot)
{
	uint64_t end = boot->memory_start + boot->memory_bytes;
	uint64_t own = whole_pages(sizeof(*boot) + boot->config_bytes);

	call(CALL_MUNMAP, UK_TENDER_IMAGE_START, end - UK_TENDER_IMAGE_START);
	call(CALL_MUNMAP, boot, own);
}
