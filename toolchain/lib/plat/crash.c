/*
 * The crash record: one console line of JSON that the host turns into functions and lines.
 * Return addresses are found by looking at the stack for what could be one, since code is
 * compiled without frame pointers.
 */
#include <uk/crash.h>
#include <uk/plat.h>

/* From the linker script. */
extern char __text_start[], __text_end[];

#define FRAMES_MAX 32
#define SCAN_BYTES_MAX 16384

static void print(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	uk_console_write(text, (size_t)(end - text));
}

static void print_hex(uint64_t value, unsigned digits_least)
{
	char text[16];
	unsigned at = sizeof(text);

	do {
		text[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value || sizeof(text) - at < digits_least);
	uk_console_write(text + at, sizeof(text) - at);
}

static void print_quoted(const char *text)
{
	print("\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			print("\\");
		uk_console_write(text, 1);
	}
	print("\"");
}

static void print_number(uint64_t value)
{
	print("\"0x");
	print_hex(value, 1);
	print("\"");
}

/* FNV-1a of the text: says which build this is. */
static uint64_t build_id(void)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *at = __text_start; at < __text_end; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	return hash;
}

/* Whether a call instruction ends at this address: direct, or through a register or memory. */
static bool follows_call(uintptr_t address)
{
	const unsigned char *after = (const unsigned char *)address;

	if (address < (uintptr_t)__text_start + 8 || address > (uintptr_t)__text_end)
		return false;
	if (after[-5] == 0xe8)
		return true;
	for (unsigned length = 2; length <= 7; length++)
		if (after[-(int)length] == 0xff && (after[1 - (int)length] & 0x38) == 0x10)
			return true;
	return false;
}

static void print_frames(uintptr_t stack)
{
	uintptr_t end = stack + SCAN_BYTES_MAX;
	const char *separator = "";
	uint64_t previous = 0;
	bool mapped = false;

	stack = (stack + 7) & ~7UL;
	/* Right below the end of a stack there may be nothing: begin with what exists. */
	if (!uk_plat_mapped(stack))
		stack = (stack + UK_PAGE_SIZE) & ~(UK_PAGE_SIZE - 1);
	for (unsigned found = 0; stack < end && found < FRAMES_MAX; stack += 8) {
		if (!mapped || stack % UK_PAGE_SIZE == 0)
			mapped = uk_plat_mapped(stack);
		if (!mapped)
			break;
		uint64_t value = *(const uint64_t *)stack;

		if (value == previous || !follows_call(value))
			continue;
		print(separator);
		print_number(value);
		separator = ",";
		previous = value;
		found++;
	}
}

_Noreturn void uk_crash_report(const char *reason, const struct uk_crash_register *registers,
			    size_t count, uintptr_t stack)
{
	static bool crashed;

	/* A fault in here must not start over. */
	if (!crashed) {
		crashed = true;
		print("\n[unikernel] crash {\"build\":\"");
		print_hex(build_id(), 16);
		print("\",\"reason\":");
		print_quoted(reason);
		print(",\"registers\":{");
		for (size_t i = 0; i < count; i++) {
			print(i ? "," : "");
			print_quoted(registers[i].name);
			print(":");
			print_number(registers[i].value);
		}
		print("},\"frames\":[");
		print_frames(stack);
		print("]}\n");
	}
	uk_plat_exit(134);
}

_Noreturn __attribute__((noinline)) void uk_crash(const char *reason)
{
	uintptr_t stack;

	__asm__ volatile("mov %%rsp, %0" : "=r"(stack));
	const struct uk_crash_register registers[] = {
		{"rip", (uintptr_t)__builtin_return_address(0)},
		{"rsp", stack},
	};
	uk_crash_report(reason, registers, sizeof(registers) / sizeof(registers[0]), stack);
}
