/*
 * Feeds damaged images and command lines to the tender's own code, thousands a second: without
 * system calls while an image is judged, with the real ones while an accepted one is loaded.
 * An image lies right before a page that does not exist, undefined behaviour traps, and what was
 * accepted has to keep what image.h promises; any of these ends the process with a signal.
 *
 * fuzzer SEED RUNS IMAGE: says how many were refused and how many accepted.
 */
#include "image.h"
#include "kernel.h"
#include "load.h"
#include "options.h"
#include "text.h"

#define IMAGE_BYTES_MAX (1UL << 20)
#define GRANTED_BYTES (64UL << 20)
#define WORDS_MAX 12

#define expect(condition) ((condition) ? (void)0 : __builtin_trap())

_Noreturn void program_main(const long *start);

static uint64_t state;
static void *back[5]; /* where fail() returns to */

static uint64_t random_below(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % limit;
}

/* Instead of the one that ends the tender. */
_Noreturn void fail(const char *what, const char *subject, long error)
{
	(void)subject;
	(void)error;
	expect(what);
	__builtin_longjmp(back, 1);
}

static uint64_t strange_number(void)
{
	static const uint64_t numbers[] = {
		0, 1, 2, 3, 4, 7, 63, 64, 255, 4095, 4096, 4097, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
		0xffffffff, UK_TENDER_IMAGE_START, UK_TENDER_IMAGE_START + 4096, UK_TENDER_IMAGE_LIMIT,
		UK_TENDER_IMAGE_LIMIT - 4096, 1UL << 47, 1UL << 63, -4096UL, -4UL, -1UL,
	};
	uint64_t number = numbers[random_below(sizeof(numbers) / sizeof(numbers[0]))];

	return random_below(4) ? number : number + random_below(16) - 8;
}

/* Most often in the headers, where whatever is decided stands. */
static void damage(unsigned char *image, size_t length)
{
	size_t place = random_below(8) ? random_below(length < 512 ? length : 512) : random_below(length);
	size_t width = 1UL << random_below(4);
	uint64_t number = random_below(3) ? strange_number() : random_below(-1UL);

	place &= ~(width - 1);
	for (size_t i = 0; i < width && place + i < length; i++)
		image[place + i] = (unsigned char)(number >> 8 * i);
}

static bool executes(const struct image *image, uint64_t address)
{
	for (unsigned i = 0; i < image->segment_count; i++)
		if (image->segments[i].access & PROT_EXEC &&
		    address >= image->segments[i].address &&
		    address - image->segments[i].address < image->segments[i].memory_bytes)
			return true;
	return false;
}

static void check(const struct image *image, size_t file_bytes)
{
	uint64_t end = UK_TENDER_IMAGE_START, sum = 0;

	expect(image->segment_count && image->segment_count <= IMAGE_SEGMENTS_MAX);
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		expect(segment->address >= end && segment->address % PAGE_BYTES == 0);
		expect(segment->memory_bytes && segment->memory_bytes % PAGE_BYTES == 0);
		expect(segment->file_bytes <= segment->memory_bytes);
		expect(segment->file_offset <= file_bytes &&
		       segment->file_bytes <= file_bytes - segment->file_offset);
		expect((segment->access & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC));
		end = segment->address + segment->memory_bytes;
		sum += segment->memory_bytes;
	}
	expect(end <= UK_TENDER_IMAGE_LIMIT && image->end == end && image->memory_bytes == sum);
	expect(executes(image, image->entry) && executes(image, image->note.fault_handler));
}

/* In memory of its own, and away again. */
static bool load(const unsigned char *file, const struct image *image)
{
	struct options options = {.memory_bytes = GRANTED_BYTES, .config = -1};
	struct uk_tender_boot *boot;
	uint64_t stacks;

	if (__builtin_setjmp(back)) {
		/* Refused half-way: whatever was mapped goes. */
		call(CALL_MUNMAP, UK_TENDER_IMAGE_START, 2 * UK_TENDER_IMAGE_LIMIT);
		return false;
	}
	boot = load_guest(&options, file, image);
	stacks = boot->stack_slots * image->note.stack_slot_bytes;
	expect(boot->stacks_start >= image->end);
	expect(boot->memory_start >= boot->stacks_start + stacks);
	expect(boot->memory_bytes && boot->memory_bytes % PAGE_BYTES == 0);
	expect(image->memory_bytes + stacks + boot->memory_bytes <= GRANTED_BYTES);
	((volatile char *)boot->memory_start)[boot->memory_bytes - 1] = 1;
	load_forget(boot);
	return true;
}

static bool try_image(const unsigned char *original, size_t length, unsigned char *end)
{
	size_t kept = random_below(16) ? length : random_below(length + 1);
	unsigned char *file = end - kept;
	struct image image;

	__builtin_memcpy(file, original, kept);
	for (uint64_t changes = random_below(9); kept && changes; changes--)
		damage(file, kept);
	if (image_read(file, kept, &image))
		return false;
	check(&image, kept);
	return load(file, &image);
}

static bool try_options(void)
{
	static const char *const words[] = {
		"--guest", "--memory", "--config", "--tap", "--exit-file", "--control", "--block",
		"--block-read-only", "--forward", "--input", "--", "-", "", "image", "0", "1048576",
		"-1", "18446744073709551616", "99999999999999999999999", "1 ", "x",
	};
	static const char *const sound[] = {"tender", "--memory", "1048576", "image"};
	const unsigned sound_count = sizeof(sound) / sizeof(sound[0]);
	char *arguments[WORDS_MAX];
	unsigned at = 1, kept = random_below(2) ? sound_count : 1;
	static struct options options;

	/* A sound line with words at a random place, or nothing but these. */
	for (unsigned i = 0; i < kept; i++)
		arguments[i] = (char *)sound[i];
	at += (unsigned)random_below(kept);
	for (unsigned more = (unsigned)random_below(WORDS_MAX - sound_count); more; more--, kept++) {
		for (unsigned i = kept; i > at; i--)
			arguments[i] = arguments[i - 1];
		arguments[at] = (char *)words[random_below(sizeof(words) / sizeof(words[0]))];
	}
	if (__builtin_setjmp(back))
		return false;
	options_read((int)kept, arguments, &options);
	expect(options.image && options.memory_bytes && options.memory_bytes <= 1UL << 40);
	expect(options.config >= -1 && options.block_count <= UK_TENDER_BLOCKS_MAX);
	return true;
}

static uint64_t number_of(const char *text)
{
	uint64_t value = 0;

	expect(text_number(&text, '\0', -1UL, &value));
	return value;
}

static void say(const char *what, uint64_t count)
{
	char bytes[64];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, what);
	text_add(&text, " ");
	text_add_number(&text, count);
	text_add(&text, "\n");
	call(CALL_WRITE, 1, bytes, text.length);
}

static unsigned char *pages(uint64_t bytes)
{
	long result = call(CALL_MMAP, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	expect(result > 0);
	return (unsigned char *)result;
}

_Noreturn void program_main(const long *start)
{
	char *const *arguments = (char *const *)(start + 1);
	unsigned char *original = pages(IMAGE_BYTES_MAX);
	unsigned char *room = pages(IMAGE_BYTES_MAX + PAGE_BYTES);
	unsigned char *end = room + IMAGE_BYTES_MAX;
	uint64_t runs, images = 0, lines = 0;
	long file, length;

	expect(start[0] == 4);
	state = number_of(arguments[1]) * 0x9e3779b97f4a7c15 | 1;
	runs = number_of(arguments[2]);
	file = call(CALL_OPEN, arguments[3], O_RDONLY, 0);
	length = call(CALL_READ, file, original, IMAGE_BYTES_MAX);
	expect(length > 0 && (unsigned long)length < IMAGE_BYTES_MAX);
	expect(!call(CALL_MUNMAP, end, PAGE_BYTES));
	for (uint64_t i = 0; i < runs; i++) {
		images += try_image(original, (size_t)length, end);
		lines += try_options();
	}
	say("images accepted", images);
	say("images refused", runs - images);
	say("command lines accepted", lines);
	say("command lines refused", runs - lines);
	call(CALL_EXIT_GROUP, 0);
	__builtin_unreachable();
}
