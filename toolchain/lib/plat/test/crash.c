/* What a guest must not do ends it with a crash record that names the reason. */
// expect: crash "page fault: null pointer" with null
// expect: crash "page fault: null pointer" with null-call
// expect: crash "page fault: write to read-only memory" with write-text
// expect: crash "page fault: write to read-only memory" with write-constant
// expect: crash "page fault: execution of data" with execute-data
// expect: crash "page fault: execution of data" with execute-stack
// expect: crash "page fault: no such memory" with far
// expect: crash "stack overflow" with stack-overflow
// expect: crash "division error" with divide
// expect: crash "invalid instruction" with invalid
// expect: crash "protection fault" with noncanonical
// expect: crash "assertion failed: text[0] == '"'" with assert
// machines: microvm xen linux
#include <uk/check.h>
#include <uk/init.h>

static const char *text;
static volatile int zero;
static const volatile int constant = 42;

static bool asked(const char *name)
{
	const char *have = text;

	while (*name && *have == *name)
		name++, have++;
	return *name == *have;
}

static __attribute__((noinline)) int recurse(volatile int *outer)
{
	volatile int inner[64];

	if (*outer < 0) /* so that the compiler believes in an end */
		return 0;
	inner[0] = *outer + 1;
	return recurse(inner) + inner[0];
}

static void call(uintptr_t address)
{
	((void (*)(void))address)();
}

int uk_application(void)
{
	static uint8_t data_return = 0xc3;
	uint8_t stack_return = 0xc3;
	volatile int start = 0;

	text = uk_boot_config_get("arg");
	uk_check(text);
	if (asked("null"))
		*(volatile int *)(uintptr_t)(zero + 8) = 1;
	if (asked("null-call"))
		call((uintptr_t)zero);
	if (asked("write-text"))
		*(volatile uint8_t *)(uintptr_t)uk_application = 0x90;
	if (asked("write-constant"))
		*(volatile int *)(uintptr_t)&constant = 1;
	if (asked("execute-data"))
		call((uintptr_t)&data_return);
	if (asked("execute-stack"))
		call((uintptr_t)&stack_return);
	if (asked("far"))
		*(volatile int *)(uintptr_t)(0x4000000000 + (uintptr_t)zero) = 1;
	if (asked("stack-overflow"))
		return recurse(&start);
	if (asked("divide"))
		return 100 / zero;
	if (asked("invalid"))
		__builtin_trap();
	if (asked("noncanonical"))
		*(volatile int *)(0x8000000000000000 + (uintptr_t)zero) = 1;
	if (asked("assert"))
		uk_assert(text[0] == '"');
	return 0;
}
