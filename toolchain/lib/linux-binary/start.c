/*
 * The program's start: its stack with arguments, environment and auxiliary vector, as Linux lays
 * it out, and the processor's way into the kernel.
 */
#define _GNU_SOURCE /* MAP_ */
#include "context.h"
#include "program.h"
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <uk/init.h>
#include <uk/plat.h>
#include <uk/random.h>
#include <uk/syscalls.h>

#define STACK_BYTES (8UL << 20) /* as RLIMIT_STACK says; it takes memory as it is used */
#define STACK_END UK_X86_MAPPINGS_END

#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define EFER_SCE 1
/* Interrupts, traps, direction, nested task, alignment: off in the kernel. */
#define FLAGS_CLEARED 0x47700
#define FLAGS_START 0x202 /* interrupts are on */

static const char program_name[] = "app";

static void open_kernel(void)
{
	/* SYSRET adds 8 for the stack's selector and 16 for the code's. */
	write_msr(MSR_STAR, (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_CODE << 32);
	write_msr(MSR_LSTAR, (uintptr_t)binary_system_call_entry);
	write_msr(MSR_SFMASK, FLAGS_CLEARED);
	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE);
}

/* Calls add(value) for the value of each entry with a prefix; returns how many. */
static size_t each_value(const char *prefix, void (*add)(const char *value))
{
	size_t length = 0, found = 0, prefix_length = strlen(prefix);
	const char *config = uk_boot_config(&length);

	for (size_t at = 0; config && at < length; at += strlen(config + at) + 1) {
		if (strncmp(config + at, prefix, prefix_length))
			continue;
		if (add)
			add(config + at + prefix_length);
		found++;
	}
	return found;
}

/* The stack grows down for strings; the vectors are then filled in from their start. */
static char *strings;
static uint64_t *vector;

static void push_string(const char *text)
{
	size_t bytes = strlen(text) + 1;

	strings -= bytes;
	memcpy(strings, text, bytes);
	*vector++ = (uintptr_t)strings;
}

static void push_pair(uint64_t type, uint64_t value)
{
	*vector++ = type;
	*vector++ = value;
}

static size_t string_bytes;
static void count_bytes(const char *text)
{
	string_bytes += strlen(text) + 1;
}

static void push_auxiliary(uintptr_t random, uintptr_t name)
{
	push_pair(AT_PAGESZ, UK_PAGE_SIZE);
	push_pair(AT_PHDR, uk_program.headers);
	push_pair(AT_PHENT, uk_program.header_bytes);
	push_pair(AT_PHNUM, uk_program.header_count);
	push_pair(AT_BASE, 0);
	push_pair(AT_FLAGS, 0);
	push_pair(AT_ENTRY, uk_program.entry);
	push_pair(AT_UID, 0);
	push_pair(AT_EUID, 0);
	push_pair(AT_GID, 0);
	push_pair(AT_EGID, 0);
	push_pair(AT_SECURE, 0);
	push_pair(AT_CLKTCK, 100);
	push_pair(AT_HWCAP, cpuid(1, 0).edx);
	push_pair(AT_HWCAP2, 0);
	push_pair(AT_RANDOM, random);
	push_pair(AT_EXECFN, name);
	push_pair(AT_NULL, 0);
}
#define AUXILIARY_WORDS (2 * 18)

/* Returns the stack pointer. */
static uintptr_t lay_out_stack(void)
{
	size_t arguments = each_value("arg:", count_bytes) + 1;
	size_t variables = each_value("env:", count_bytes);
	size_t words = 1 + arguments + 1 + variables + 1 + AUXILIARY_WORDS;
	uintptr_t random, start;

	strings = (char *)STACK_END - 16;
	uk_random(strings, 16);
	random = (uintptr_t)strings;
	start = (uintptr_t)strings - string_bytes - sizeof(program_name);
	start = (start - words * sizeof(uint64_t)) & ~15UL;
	vector = (uint64_t *)start;
	*vector++ = arguments;
	push_string(program_name);
	uintptr_t name = (uintptr_t)strings;
	each_value("arg:", push_string);
	*vector++ = 0;
	each_value("env:", push_string);
	*vector++ = 0;
	push_auxiliary(random, name);
	return start;
}

int uk_application(void)
{
	struct context context = {.complete = 1};
	long stack = uk_sys_mmap((long)(STACK_END - STACK_BYTES), (long)STACK_BYTES,
				 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				 0);

	uk_assert(stack > 0);
	uk_sys_set_tid_address(0); /* which not every runtime begins with */
	open_kernel();
	__asm__ volatile("fxsave64 %0" : "=m"(context.floating));
	context.frame = (struct uk_x86_frame){
		.rip = uk_program.entry,
		.cs = SELECTOR_USER_CODE,
		.rflags = FLAGS_START,
		.rsp = lay_out_stack(),
		.ss = SELECTOR_USER_DATA,
	};
	binary_resume(&context);
}
