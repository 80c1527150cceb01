/* An array that is overrun ends the guest before its function returns; the value that gives it away
 * is another one each time (tests/conformance/canary.test.ts). */
// expect: console "canary 0x"
// expect: success
// expect: crash "stack smashed" with smash
#include <uk/check.h>
#include <uk/init.h>

extern uintptr_t __stack_chk_guard;

static __attribute__((noinline)) int fill(volatile size_t length)
{
	volatile char array[16];

	for (size_t i = 0; i < length; i++)
		array[i] = 'x';
	return array[0];
}

static void show(uintptr_t value)
{
	uk_check_print("canary 0x");
	for (int shift = 60; shift >= 0; shift -= 4) {
		char text[] = {"0123456789abcdef"[value >> shift & 15], 0};

		uk_check_print(text);
	}
	uk_check_print("\n");
}

int uk_application(void)
{
	fill(uk_boot_config_get("arg") ? 64 : 16);
	uk_check(__stack_chk_guard && !(__stack_chk_guard & 255));
	show(__stack_chk_guard);
	return uk_success();
}
