/*
 * The program's registers while the kernel runs for it. They lie at the top of the thread's
 * kernel stack, which is where every entry from the program puts them: whoever runs for a thread
 * runs below its context. For C and assembly.
 */
#ifndef UK_BINARY_CONTEXT_H
#define UK_BINARY_CONTEXT_H

#define CONTEXT_FLOATING_BYTES 512
#define CONTEXT_FIRST_VECTOR 160 /* where FXSAVE puts %xmm0 */
#define CONTEXT_COMPLETE 680
#define CONTEXT_BYTES 688

/* In place of a system call's number. */
#define ENTERED_BY_INTERRUPT -1
#define ENTERED_BY_FAULT -2

#ifndef __ASSEMBLER__
#include <stdint.h>
#include <uk/x86.h>

struct context {
	/* As FXSAVE writes it; of a system call only the vector registers, unless `complete`. */
	unsigned char floating[CONTEXT_FLOATING_BYTES];
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	int64_t number; /* of the system call, or how else the kernel was entered */
	struct uk_x86_frame frame;
	uint64_t complete; /* all of it is to be loaded; else only what a system call preserves */
} __attribute__((aligned(16)));

_Static_assert(__builtin_offsetof(struct context, complete) == CONTEXT_COMPLETE &&
		       sizeof(struct context) == CONTEXT_BYTES,
	       "entry.S knows the layout");

/* entry.S: the kernel stack of the thread that runs in the program, above its context. */
extern uintptr_t binary_kernel_stack;
void binary_system_call_entry(void);
/* Where traps.c sends a program that was interrupted: saves its registers on the kernel stack,
 * on which the end of a context lies already, and calls binary_trapped(). */
void binary_trap_entry(void);
/* Goes (back) to the program with all of its registers. */
_Noreturn void binary_resume(struct context *context);

/* system_call.c: from entry.S. */
void binary_system_call(struct context *context);
void binary_trapped(struct context *context);
/* Makes the context of a system call complete. */
void binary_complete(struct context *context);

/* signals.c: sends the program to the handlers of its pending signals. */
void binary_deliver_signals(struct context *context);
/* A fault of the program for which it has a handler. */
void binary_deliver_fault(struct context *context);

/* traps.c: makes sure that the program is interrupted soon; the latest fault of the program. */
void binary_start_tick(void);
struct binary_fault {
	unsigned vector;
	uint64_t error;
	uintptr_t address;
};
extern struct binary_fault binary_fault;
#endif
#endif
