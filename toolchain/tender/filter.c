/*
 * The filter of system calls, in the kernel's small language: an accumulator, forward jumps and
 * loads from the call's number and arguments. One block per call; a block allows or falls
 * through to the end, which kills. A descriptor is compared as the kernel uses it, by its lower
 * half. What a pointer points to cannot be seen here, and need not be: the kernel checks pointers
 * itself, and ppoll's array can only name descriptors that are open, which are the guest's own.
 */
#include "filter.h"
#include <stdbool.h>
#include <stddef.h>

#define LOAD 0x20	 /* accumulator = word at an offset of the call's description */
#define JUMP_EQUAL 0x15
#define JUMP_GREATER 0x25
#define JUMP_AT_LEAST 0x35
#define ADD_X 0x0c
#define STORE_A 0x02
#define STORE_X 0x03
#define LOAD_X 0x61	 /* X = scratch word */
#define A_TO_X 0x07
#define ADD 0x04
#define RETURN 0x06

#define NUMBER 0
#define ARCHITECTURE 4
#define ARGUMENT_LOW(index) (16 + 8 * (index))
#define ARGUMENT_HIGH(index) (20 + 8 * (index))

#define CLOCK_MONOTONIC 1

static void emit(struct filter *filter, uint16_t code, uint32_t value, uint8_t if_true,
		 uint8_t if_false)
{
	if (filter->length == FILTER_MAX)
		__builtin_trap();
	filter->instructions[filter->length++] =
		(struct filter_instruction){code, if_true, if_false, value};
}

static void load(struct filter *filter, uint32_t offset)
{
	emit(filter, LOAD, offset, 0, 0);
}

static void allow(struct filter *filter)
{
	emit(filter, RETURN, SECCOMP_ALLOW, 0, 0);
}

static void kill(struct filter *filter)
{
	emit(filter, RETURN, SECCOMP_KILL_PROCESS, 0, 0);
}

/* Begins the block of a call: everything up to the matching end_call() is skipped for others. */
static unsigned begin_call(struct filter *filter, uint32_t number)
{
	load(filter, NUMBER);
	emit(filter, JUMP_EQUAL, number, 1, 0);
	/* An unconditional jump, since a conditional one reaches 255 instructions only. */
	emit(filter, 0x05, 0, 0, 0);
	return filter->length - 1;
}

static void end_call(struct filter *filter, unsigned begin)
{
	kill(filter);
	filter->instructions[begin].value = filter->length - begin - 1;
}

static void allow_descriptor(struct filter *filter, int fd)
{
	if (fd < 0)
		return;
	emit(filter, JUMP_EQUAL, (uint32_t)fd, 0, 1);
	allow(filter);
}

static void allow_transfer(struct filter *filter, uint32_t number, int console,
			   const struct uk_tender_boot *boot)
{
	unsigned begin = begin_call(filter, number);

	load(filter, ARGUMENT_LOW(0));
	allow_descriptor(filter, console);
	for (unsigned i = 0; i < boot->network_count; i++)
		allow_descriptor(filter, boot->networks[i].fd);
	end_call(filter, begin);
}

/* Allows if (high, low) of the accumulator and X is no more than a size: the accumulator holds
 * the lower half, scratch word 0 the upper one. */
static void allow_up_to(struct filter *filter, uint64_t size)
{
	uint32_t high = (uint32_t)(size >> 32), low = (uint32_t)size;

	emit(filter, STORE_A, 1, 0, 0);
	emit(filter, 0x60, 0, 0, 0); /* accumulator = scratch word 0 */
	emit(filter, JUMP_GREATER, high, 4, 0);	 /* more: to the kill behind */
	emit(filter, JUMP_EQUAL, high, 0, 2);	 /* less: allow */
	emit(filter, 0x60, 1, 0, 0);
	emit(filter, JUMP_GREATER, low, 1, 0);
	allow(filter);
	kill(filter);
}

/* A block device's call: its descriptor, and offset + count within its size. */
static void allow_block(struct filter *filter, uint32_t number, bool writing,
			const struct uk_tender_boot *boot)
{
	unsigned begin = begin_call(filter, number);

	for (unsigned i = 0; i < boot->block_count; i++) {
		const struct uk_tender_block *block = &boot->blocks[i];
		unsigned skip;

		if (writing && block->flags & UK_TENDER_BLOCK_READ_ONLY)
			continue;
		load(filter, ARGUMENT_LOW(0));
		emit(filter, JUMP_EQUAL, (uint32_t)block->fd, 1, 0);
		emit(filter, 0x05, 0, 0, 0);
		skip = filter->length - 1;
		/* Neither may be so large that their sum wraps around. */
		load(filter, ARGUMENT_HIGH(2));
		emit(filter, JUMP_EQUAL, 0, 1, 0);
		kill(filter);
		load(filter, ARGUMENT_HIGH(3));
		emit(filter, JUMP_AT_LEAST, 0x7fffffff, 0, 1);
		kill(filter);
		emit(filter, STORE_A, 0, 0, 0);
		load(filter, ARGUMENT_LOW(2));
		emit(filter, A_TO_X, 0, 0, 0);
		load(filter, ARGUMENT_LOW(3));
		emit(filter, ADD_X, 0, 0, 0);
		/* A sum below the summand: carry into the upper half. */
		emit(filter, 0x3d /* at least X */, 0, 5, 0);
		emit(filter, STORE_A, 1, 0, 0);
		emit(filter, 0x60, 0, 0, 0);
		emit(filter, ADD, 1, 0, 0);
		emit(filter, STORE_A, 0, 0, 0);
		emit(filter, 0x60, 1, 0, 0);
		allow_up_to(filter, block->size_bytes);
		filter->instructions[skip].value = filter->length - skip - 1;
	}
	end_call(filter, begin);
}

/* An argument of 64 bits that is no more than a small number. */
static void require_at_most(struct filter *filter, unsigned argument, uint32_t most)
{
	load(filter, ARGUMENT_HIGH(argument));
	emit(filter, JUMP_EQUAL, 0, 1, 0);
	kill(filter);
	load(filter, ARGUMENT_LOW(argument));
	emit(filter, JUMP_GREATER, most, 0, 1);
	kill(filter);
}

void filter_build(struct filter *filter, const struct uk_tender_boot *boot)
{
	unsigned begin;

	filter->length = 0;
	/* Other architectures' numbers mean other calls; x32's are above all of ours. */
	load(filter, ARCHITECTURE);
	emit(filter, JUMP_EQUAL, (uint32_t)AUDIT_ARCH_X86_64, 1, 0);
	kill(filter);

	allow_transfer(filter, CALL_READ, boot->console_in, boot);
	allow_transfer(filter, CALL_WRITE, boot->console_out, boot);

	begin = begin_call(filter, CALL_PPOLL);
	require_at_most(filter, 1, UK_TENDER_POLL_MAX);
	require_at_most(filter, 3, 0); /* no signal mask */
	allow(filter);
	end_call(filter, begin);

	begin = begin_call(filter, CALL_CLOCK_GETTIME);
	/* Other clocks tell of other processes. */
	require_at_most(filter, 0, CLOCK_MONOTONIC);
	allow(filter);
	end_call(filter, begin);

	allow_block(filter, CALL_PREAD, false, boot);
	allow_block(filter, CALL_PWRITE, true, boot);

	begin = begin_call(filter, CALL_EXIT_GROUP);
	allow(filter);
	end_call(filter, begin);
	kill(filter);
}
