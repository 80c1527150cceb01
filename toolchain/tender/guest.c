/* The process that becomes the guest: the last that the tender does before the guest's first
 * instruction. */
#include "guest.h"
#include "confine.h"
#include "kernel.h"
#include "text.h"

/* The kernel stores the processor's whole state there, several KiB of it. */
#define FAULT_STACK_BYTES (64 * 1024UL)

/* The guest's fault handler must not return; if it does, this is where it arrives. */
__attribute__((naked)) static void returned_from_handler(void)
{
	__asm__("ud2");
}

static void catch_faults(uint64_t handler)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
	/* A fault in the handler shall kill, not start over: the tender then tells of it. */
	struct signal_action action = {
		.handler = handler,
		.mask = ~0UL,
		.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER,
		.restorer = (uint64_t)returned_from_handler,
	};
	/* The page below stays without access: overflow of this stack kills. */
	long memory = call(CALL_MMAP, 0, FAULT_STACK_BYTES + PAGE_BYTES, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct signal_stack stack = {(uint64_t)memory + PAGE_BYTES, 0, FAULT_STACK_BYTES};

	if (memory < 0 || call(CALL_MPROTECT, stack.start, stack.length, PROT_READ | PROT_WRITE) ||
	    call(CALL_SIGALTSTACK, &stack, 0))
		fail("cannot make a stack for faults", NULL, 0);
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (call(CALL_SIGACTION, faults[i], &action, 0, 8))
			fail("cannot catch faults", NULL, 0);
	/* A console or network whose other end is gone gives an error instead, and so does a
	 * console that has reached its limit. */
	action = (struct signal_action){.handler = SIG_IGN};
	call(CALL_SIGACTION, SIGPIPE, &action, 0, 8);
	call(CALL_SIGACTION, SIGXFSZ, &action, 0, 8);
}

_Noreturn void guest_enter(struct uk_tender_boot *boot, const struct image *image, int lifeline)
{
	const uint64_t nothing = 0;
	long got = call(CALL_GETRANDOM, boot->entropy, sizeof(boot->entropy), 0);

	if (got != (long)sizeof(boot->entropy))
		fail("cannot get random numbers", NULL, got);
	catch_faults(image->note.fault_handler);
	confine_process(boot, lifeline);
	/* What the tender has blocked for itself. */
	call(CALL_SIGPROCMASK, SIG_SETMASK, &nothing, 0, sizeof(nothing));
	confine_calls(boot);
	__asm__ volatile("xor %%ebp, %%ebp\n\tjmp *%1" ::"D"(boot), "r"(image->entry) : "memory");
	__builtin_unreachable();
}
