/* The interrupt table. Exceptions end the guest with a crash record; interrupts are handed to
 * the platform. */
#include <uk/crash.h>
#include <uk/plat.h>
#include <uk/x86.h>

/* Double fault, invalid TSS, segment, stack, protection, page fault, alignment, control. */
#define EXCEPTIONS_WITH_ERROR_CODE 0x00227d00u

#define STUB_BYTES 5
#define GATE_INTERRUPT 0x8e00
#define STACK_EXCEPTION 1
#define STACK_INTERRUPT 2

struct gate {
	uint16_t offset_low, selector;
	uint16_t stack_and_type, offset_middle;
	uint32_t offset_high, reserved;
};

struct tss {
	uint32_t reserved;
	uint32_t stacks[24]; /* rsp 0 to 2, reserved, interrupt stacks 1 to 7, reserved */
	uint32_t io_map; /* in the high half where it begins: behind the end, so nobody has ports */
};
#define TSS_INTERRUPT_STACK(n) (8 + 2 * ((n) - 1))

struct uk_x86_trap {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t stub; /* return address of the stub's call: tells the vector */
	uint64_t rest[6]; /* error code if the exception has one, then struct uk_x86_frame */
};

extern char uk_x86_trap_stubs[], uk_x86_spurious[];
extern struct tss uk_x86_tss;
struct uk_x86_trap *uk_x86_trap(struct uk_x86_trap *trap);

struct tss uk_x86_tss;
static struct gate gates[VECTOR_SPURIOUS + 1] __attribute__((aligned(16)));
static char exception_stack[4096] __attribute__((aligned(16)));
static char interrupt_stack[4096] __attribute__((aligned(16)));

static void set_gate(unsigned vector, const char *entry, unsigned stack)
{
	/* The image lies below 4 GiB: the high half of the address is 0. */
	gates[vector] = (struct gate){
		.offset_low = (uint16_t)(uintptr_t)entry,
		.selector = SELECTOR_CODE,
		.stack_and_type = (uint16_t)(GATE_INTERRUPT | stack),
		.offset_middle = (uint16_t)((uintptr_t)entry >> 16),
	};
}

void uk_x86_traps_init(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = {sizeof(gates) - 1, (uintptr_t)gates};

	for (unsigned vector = 0; vector < VECTOR_COUNT; vector++)
		set_gate(vector, uk_x86_trap_stubs + vector * STUB_BYTES,
			 vector < VECTOR_LINES ? STACK_EXCEPTION : STACK_INTERRUPT);
	set_gate(VECTOR_SPURIOUS, uk_x86_spurious, STACK_INTERRUPT);
	if (USER_MODE)
		uk_x86_tss.io_map = sizeof(struct tss) << 16;
	uk_x86_tss.stacks[TSS_INTERRUPT_STACK(STACK_EXCEPTION)] =
		(uint32_t)(uintptr_t)(exception_stack + sizeof(exception_stack));
	uk_x86_tss.stacks[TSS_INTERRUPT_STACK(STACK_INTERRUPT)] =
		(uint32_t)(uintptr_t)(interrupt_stack + sizeof(interrupt_stack));
	__asm__ volatile("lidt %0" ::"m"(table));
}

static _Noreturn void crash(unsigned vector, const struct uk_x86_trap *trap, uint64_t error,
			    uint64_t cr2, const struct uk_x86_frame *frame)
{
	const struct uk_crash_register registers[] = {
		{"rip", frame->rip}, {"rflags", frame->rflags}, {"rsp", frame->rsp},
		{"rbp", trap->rbp},
		{"rax", trap->rax}, {"rbx", trap->rbx},	 {"rcx", trap->rcx}, {"rdx", trap->rdx},
		{"rsi", trap->rsi}, {"rdi", trap->rdi},	 {"r8", trap->r8},   {"r9", trap->r9},
		{"r10", trap->r10}, {"r11", trap->r11},	 {"r12", trap->r12}, {"r13", trap->r13},
		{"r14", trap->r14}, {"r15", trap->r15},	 {"cr2", cr2},	     {"error", error},
		{"vector", vector},
	};
	uk_crash_report(uk_crash_reason(vector, error, cr2, frame->rsp), registers,
			sizeof(registers) / sizeof(registers[0]), frame->rsp);
}

/* Moves what is restored over the error code, which nothing pops. Written in assembly because a
 * compiler might use vector registers, and those are not saved. */
static struct uk_x86_trap *without_error_code(struct uk_x86_trap *trap)
{
	uint64_t *from = &trap->stub, *to = from + 1;
	uint64_t count = from - (uint64_t *)trap + 1;

	__asm__ volatile("std; rep movsq; cld" : "+S"(from), "+D"(to), "+c"(count)::"memory");
	return (struct uk_x86_trap *)((uint64_t *)trap + 1);
}

static struct uk_x86_trap *exception(unsigned vector, struct uk_x86_trap *trap)
{
	bool has_error = EXCEPTIONS_WITH_ERROR_CODE >> vector & 1;
	struct uk_x86_frame *frame = (struct uk_x86_frame *)(trap->rest + has_error);
	uint64_t error = has_error ? trap->rest[0] : 0, cr2;

	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	if (!USER_MODE || !uk_x86_excepted(vector, error, cr2, frame))
		crash(vector, trap, error, cr2, frame);
	return has_error ? without_error_code(trap) : trap;
}

/* Returns what to restore. */
struct uk_x86_trap *uk_x86_trap(struct uk_x86_trap *trap)
{
	unsigned vector =
		(unsigned)(trap->stub - (uintptr_t)uk_x86_trap_stubs) / STUB_BYTES - 1;

	if (vector < VECTOR_LINES)
		return exception(vector, trap);
	uk_x86_interrupt(vector);
	if (USER_MODE)
		uk_x86_interrupted(vector, (struct uk_x86_frame *)trap->rest);
	return trap;
}
