/* What is done for the program while it waits: its system call, or another thread's turn. */
#include "context.h"
#include <string.h>
#include <uk/direct.h>
#include <uk/plat.h>
#include <uk/sched.h>

void binary_complete(struct context *context)
{
	unsigned char now[CONTEXT_FLOATING_BYTES] __attribute__((aligned(16)));

	if (context->complete)
		return;
	/* The kernel leaves all but the vector registers alone. */
	__asm__ volatile("fxsave64 %0" : "=m"(now));
	memcpy(context->floating, now, CONTEXT_FIRST_VECTOR);
	context->complete = 1;
}

/* Before the program goes on. */
static void leave(struct context *context)
{
	binary_deliver_signals(context);
	binary_start_tick();
}

void binary_system_call(struct context *context)
{
	context->rax = (uint64_t)uk_system_call(context->number, (long)context->rdi,
						(long)context->rsi, (long)context->rdx,
						(long)context->r10, (long)context->r8,
						(long)context->r9);
	leave(context);
}

void binary_trapped(struct context *context)
{
	if (context->number == ENTERED_BY_FAULT) {
		binary_deliver_fault(context);
	} else {
		uk_poll();
		uk_yield();
	}
	leave(context);
}
