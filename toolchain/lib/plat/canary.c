/*
 * The stack protector: the compiler stores the canary behind arrays on the stack and calls
 * __stack_chk_fail() when it has changed by the time a function returns. Not compiled for
 * link-time optimisation, which would not know who needs these names.
 */
#include <uk/boot.h>
#include <uk/plat.h>

/* Strings end with a zero byte: what runs over the end of one cannot write the canary back. */
#define TERMINATOR 0xffUL

uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

void uk_canary_init(void)
{
	uint64_t value;

	/* Only processors without RDRAND get here; uk/random.h refuses to start on those. */
	if (!uk_plat_entropy(&value))
		value = __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
	__stack_chk_guard = value & ~TERMINATOR;
}

void __stack_chk_fail(void)
{
	uk_crash("stack smashed");
}
