/*
 * Signals as Linux delivers them: the program's registers are put on its stack, or on the one it
 * has set aside, and it goes on in the handler; rt_sigreturn puts them back. That happens where
 * it leaves the kernel, so a handler may interrupt the program anywhere.
 */
#define _GNU_SOURCE
#include "context.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <uk/plat.h>
#include <uk/signals.h>
#include <uk/syscalls.h>

#define RED_ZONE 128
#define SYSCALL_BYTES 2 /* of the instruction */
#define PAGE_FAULT_PRESENT 1
#define VECTOR_PAGE_FAULT 14
/* Carry to overflow, without what belongs to the kernel. */
#define FLAGS_PROGRAM 0xcd5
#define FLAGS_FIXED 0x202

/* As in the kernel's interface. */
struct machine {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip;
	uint64_t rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, trap, old_mask, address;
	void *floating;
	uint64_t reserved[8];
};

struct user_context {
	uint64_t flags;
	void *link;
	stack_t stack;
	struct machine machine;
	uint64_t mask;
};

struct frame {
	void *restorer;
	struct user_context context;
	siginfo_t information;
};

const char uk_signals_deferred = 1;

static void save_machine(struct machine *machine, const struct context *context)
{
	*machine = (struct machine){
		.r8 = context->r8, .r9 = context->r9, .r10 = context->r10, .r11 = context->r11,
		.r12 = context->r12, .r13 = context->r13, .r14 = context->r14,
		.r15 = context->r15, .rdi = context->rdi, .rsi = context->rsi,
		.rbp = context->rbp, .rbx = context->rbx, .rdx = context->rdx,
		.rax = context->rax, .rcx = context->rcx, .rsp = context->frame.rsp,
		.rip = context->frame.rip, .rflags = context->frame.rflags,
		.cs = SELECTOR_USER_CODE, .ss = SELECTOR_USER_DATA,
	};
}

static void load_machine(struct context *context, const struct machine *machine)
{
	context->r8 = machine->r8, context->r9 = machine->r9, context->r10 = machine->r10;
	context->r11 = machine->r11, context->r12 = machine->r12, context->r13 = machine->r13;
	context->r14 = machine->r14, context->r15 = machine->r15, context->rdi = machine->rdi;
	context->rsi = machine->rsi, context->rbp = machine->rbp, context->rbx = machine->rbx;
	context->rdx = machine->rdx, context->rax = machine->rax, context->rcx = machine->rcx;
	context->frame.rsp = machine->rsp;
	context->frame.rip = machine->rip;
	context->frame.rflags = (machine->rflags & FLAGS_PROGRAM) | FLAGS_FIXED;
}

/* Where the handler's frame goes: below what is in use. */
static uintptr_t stack_for(const struct uk_signal *signal, uintptr_t stack)
{
	uintptr_t start = signal->stack_start;

	if ((signal->flags & SA_ONSTACK) && signal->stack_bytes &&
	    (stack < start || stack >= start + signal->stack_bytes))
		return start + signal->stack_bytes;
	return stack - RED_ZONE;
}

static void enter_handler(struct context *context, const struct uk_signal *signal,
			  const siginfo_t *information, const struct binary_fault *fault)
{
	uintptr_t at = stack_for(signal, context->frame.rsp);
	unsigned char *floating = (unsigned char *)((at - CONTEXT_FLOATING_BYTES) & ~63UL);
	/* On entry to a function the stack pointer is 8 off a multiple of 16. */
	struct frame *frame = (struct frame *)((((uintptr_t)floating - sizeof(*frame)) & ~15UL) - 8);

	binary_complete(context);
	memcpy(floating, context->floating, CONTEXT_FLOATING_BYTES);
	memset(floating + 464, 0, CONTEXT_FLOATING_BYTES - 464); /* says: nothing more follows */
	memset(&frame->context, 0, sizeof(frame->context));
	frame->restorer = signal->restorer;
	frame->information = *information;
	frame->context.stack = (stack_t){.ss_sp = (void *)signal->stack_start,
					 .ss_flags = signal->stack_bytes ? 0 : SS_DISABLE,
					 .ss_size = signal->stack_bytes};
	save_machine(&frame->context.machine, context);
	frame->context.machine.floating = floating;
	frame->context.machine.old_mask = frame->context.mask = signal->mask_before;
	if (fault) {
		frame->context.machine.trap = fault->vector;
		frame->context.machine.error = fault->error;
		frame->context.machine.address = fault->address;
	}
	context->rdi = (uint64_t)signal->number;
	context->rsi = (uintptr_t)&frame->information;
	context->rdx = (uintptr_t)&frame->context;
	context->rax = 0;
	context->frame.rip = (uintptr_t)signal->handler;
	context->frame.rsp = (uintptr_t)frame;
	context->frame.rflags = FLAGS_FIXED;
}

/* A system call that a signal has interrupted is made again if the handler wants that. */
static void make_again(struct context *context)
{
	context->rax = (uint64_t)context->number;
	context->frame.rip -= SYSCALL_BYTES;
	context->number = ENTERED_BY_INTERRUPT;
}

void binary_deliver_signals(struct context *context)
{
	struct uk_signal signal;
	bool is_interrupted = context->number >= 0 && (long)context->rax == -EINTR;
	bool may_go_on = is_interrupted && uk_signals_restart;

	if (!uk_signals_may_be_pending())
		return;
	while (uk_signal_take(&signal)) {
		siginfo_t information = {.si_signo = signal.number, .si_code = SI_TKILL};

		information.si_pid = 1;
		if (may_go_on && (signal.flags & SA_RESTART))
			make_again(context);
		may_go_on = false;
		enter_handler(context, &signal, &information, NULL);
		context->number = ENTERED_BY_INTERRUPT;
	}
	/* None that has a handler. */
	if (may_go_on)
		make_again(context);
}

void binary_deliver_fault(struct context *context)
{
	struct binary_fault fault = binary_fault;
	struct uk_signal signal;
	siginfo_t information = {.si_signo = uk_signal_of_exception(fault.vector)};

	if (!uk_signal_force(information.si_signo, &signal))
		uk_crash("a fault while the signal for it is blocked");
	if (fault.vector == VECTOR_PAGE_FAULT) {
		information.si_code = fault.error & PAGE_FAULT_PRESENT ? SEGV_ACCERR : SEGV_MAPERR;
		information.si_addr = (void *)fault.address;
	} else {
		information.si_code = fault.vector ? SI_KERNEL : FPE_INTDIV;
		information.si_addr = (void *)context->frame.rip;
	}
	enter_handler(context, &signal, &information, &fault);
}

long uk_sys_rt_sigreturn(void)
{
	struct context *context = (struct context *)binary_kernel_stack - 1;
	/* The handler's return has taken the restorer's address. */
	const struct frame *frame =
		(const struct frame *)(context->frame.rsp - sizeof(frame->restorer));

	binary_complete(context);
	load_machine(context, &frame->context.machine);
	if (frame->context.machine.floating)
		memcpy(context->floating, frame->context.machine.floating, 464);
	context->number = ENTERED_BY_INTERRUPT;
	uk_signal_set_mask(frame->context.mask);
	return (long)context->rax;
}
