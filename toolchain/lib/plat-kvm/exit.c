/* The ways to end a guest, from the best to the last resort. */
#include "kvm.h"
#include <uk/boot.h>
#include <uk/plat.h>

#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_MAX 127 /* QEMU's exit status is 2 n + 1 */
#define PC_POWER_CONTROL 0x604 /* PM1a control of QEMU's pc and q35 */
#define PC_POWER_OFF 0x2000
#define CLOUD_HYPERVISOR_POWER 0x600
#define CLOUD_HYPERVISOR_OFF 0x34
#define MICROVM_POWER_CONTROL 0xfea00200UL /* sleep control of ACPI's generic event device */
#define MICROVM_POWER_OFF 0x34
#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET 0xfe

static void switch_off(void)
{
#ifdef CONFIG_PLAT_ACPI
	uk_kvm_acpi_power_off();
#endif
	/* Monitors without tables. What does not exist ignores the write. */
	out16(PC_POWER_CONTROL, PC_POWER_OFF);
	out8(CLOUD_HYPERVISOR_POWER, CLOUD_HYPERVISOR_OFF);
	*(volatile uint8_t *)MICROVM_POWER_CONTROL = MICROVM_POWER_OFF;
}

/* After a crash nothing but the clock can be relied upon. */
static void wait_before_reset(void)
{
	uint64_t end = uk_clock_monotonic() + UK_BOOT_AGAIN_NANOSECONDS;

	while (uk_clock_monotonic() < end)
		__builtin_ia32_pause();
}

static _Noreturn void power_off(int status)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_table = {0, 0};

	out8(DEBUG_EXIT_PORT, (uint8_t)(status < DEBUG_EXIT_MAX ? status : DEBUG_EXIT_MAX));
	/* Without that device the status stays in here. */
	if (uk_boot_starts_again(status))
		wait_before_reset();
	else
		switch_off();
	out8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	/* A triple fault resets the machine; monitors may be told not to start over. */
	__asm__ volatile("lidt %0; ud2" ::"m"(no_table));
	__builtin_unreachable();
}

_Noreturn void uk_plat_exit(int status)
{
	status &= 255;
	if (status >= DEBUG_EXIT_MAX) {
		char text[] = "[unikernel] exit 000\n";

		text[17] += (char)(status / 100);
		text[18] += (char)(status / 10 % 10);
		text[19] += (char)(status % 10);
		uk_console_write(text, sizeof(text) - 1);
	}
	uk_kvm_console_drain();
	power_off(status);
}
