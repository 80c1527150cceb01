/* Signals for what the processor refused: they end the guest with a crash record. */
#include "linux.h"
#include <uk/crash.h>
#include <uk/plat.h>

#define SIGNAL_INVALID_INSTRUCTION 4
#define EXCEPTION_INVALID_INSTRUCTION 6

/* The kernel's ucontext_t up to its registers. */
struct context {
	uint64_t flags, link;
	uint64_t stack[3];
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip;
	uint64_t rflags, segments, error, vector, mask, cr2;
};

void uk_linux_fault(int signal, const void *signal_info, const void *context)
{
	const struct context *at = context;
	const struct uk_crash_register registers[] = {
		{"rip", at->rip}, {"rflags", at->rflags}, {"rsp", at->rsp}, {"rbp", at->rbp},
		{"rax", at->rax}, {"rbx", at->rbx},	  {"rcx", at->rcx}, {"rdx", at->rdx},
		{"rsi", at->rsi}, {"rdi", at->rdi},	  {"r8", at->r8},   {"r9", at->r9},
		{"r10", at->r10}, {"r11", at->r11},	  {"r12", at->r12}, {"r13", at->r13},
		{"r14", at->r14}, {"r15", at->r15},	  {"cr2", at->cr2}, {"error", at->error},
		{"vector", at->vector},
	};
	unsigned vector = (unsigned)at->vector;

	(void)signal_info;
	/* The kernel also sends it by itself, without an exception of the processor. */
	if (signal == SIGNAL_INVALID_INSTRUCTION)
		vector = EXCEPTION_INVALID_INSTRUCTION;
	uk_crash_report(uk_crash_reason(vector, at->error, at->cr2, at->rsp), registers,
			 sizeof(registers) / sizeof(registers[0]), at->rsp);
}
