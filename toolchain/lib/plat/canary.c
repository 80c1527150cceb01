/*
 * The stack protector: the compiler stores the canary behind arrays on the stack and calls
 * __stack_chk_fail() when it has changed by the time a function returns. Not compiled for
 * link-time optimisation, which would not know who needs these names.
 */
#include <uk/boot.h>
#include <uk/plat.h>

uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
	uk_crash("stack smashed");
}
