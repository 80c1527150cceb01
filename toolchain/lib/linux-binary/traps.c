/*
 * Interrupts and exceptions while the program runs; the kernel itself is interrupted nowhere but
 * where it waits. The timer's makes the thread wait its turn: it is sent to binary_trap_entry, with its registers as they are, on its
 * kernel stack. A fault goes there as well when the program has a handler for its signal.
 */
#include "context.h"
#include <uk/plat-kvm.h>
#include <uk/plat.h>
#include <uk/signals.h>
#include <uk/virtual-memory.h>

#define TICK_NS 10000000ULL
#define FLAGS_INTERRUPTS (1UL << 9)
#define FLAGS_DIRECTION (1UL << 10)
#define VECTOR_PAGE_FAULT 14

struct binary_fault binary_fault;
static bool is_tick_set;

static bool is_program(const struct uk_x86_frame *frame)
{
	return frame->cs == SELECTOR_USER_CODE;
}

/* The end of a context, from its number on. */
static void send_to_kernel(struct uk_x86_frame *frame, int64_t number)
{
	struct context *context = (struct context *)binary_kernel_stack - 1;

	context->number = number;
	context->frame.rip = frame->rip;
	context->frame.cs = SELECTOR_USER_CODE;
	context->frame.rflags = frame->rflags;
	context->frame.rsp = frame->rsp;
	context->frame.ss = SELECTOR_USER_DATA;
	context->complete = 1;
	frame->rip = (uintptr_t)binary_trap_entry;
	frame->cs = SELECTOR_CODE;
	frame->ss = SELECTOR_DATA;
	frame->rsp = (uintptr_t)&context->number;
	frame->rflags &= ~(FLAGS_INTERRUPTS | FLAGS_DIRECTION);
}

void binary_start_tick(void)
{
	if (!is_tick_set)
		is_tick_set = uk_kvm_interrupt_by(uk_clock_monotonic() + TICK_NS);
}

void uk_x86_interrupted(unsigned vector, struct uk_x86_frame *frame)
{
	if (vector != VECTOR_TIMER)
		return;
	is_tick_set = false;
	if (is_program(frame))
		send_to_kernel(frame, ENTERED_BY_INTERRUPT);
}

bool uk_x86_excepted(unsigned vector, uint64_t error, uintptr_t address, struct uk_x86_frame *frame)
{
	if (vector == VECTOR_PAGE_FAULT && uk_virtual_page_fault(error, address))
		return true;
	if (!is_program(frame) || !uk_signal_is_handled(uk_signal_of_exception(vector)))
		return false;
	binary_fault = (struct binary_fault){vector, error, address};
	send_to_kernel(frame, ENTERED_BY_FAULT);
	return true;
}
