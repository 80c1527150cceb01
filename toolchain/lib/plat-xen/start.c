/* The platform's start, and the end of a guest. */
#include "platform.h"
#include <uk/boot.h>
#include <uk/plat.h>
#include <uk/x86.h>

#define STATUS_CRASHED 134

void uk_x86_platform_init(const struct pvh_start_info *info)
{
	(void)info;
	uk_xen_hypercalls_init();
	uk_xen_clock_init();
	uk_xen_console_init();
}

/* Xen tells the host a reason and no number: the number is a line of the console. */
_Noreturn void uk_plat_exit(int status)
{
	char text[] = "\n[unikernel] exit 000\n";
	unsigned reason = SHUTDOWN_POWER_OFF, skipped = uk_xen_console_is_at_line_start();

	status &= 255;
	text[18] += (char)(status / 100);
	text[19] += (char)(status / 10 % 10);
	text[20] += (char)(status % 10);
	uk_console_write(text + skipped, sizeof(text) - 1 - skipped);
	uk_xen_console_drain();
	if (uk_boot_starts_again(status)) {
		uk_xen_sleep_until(uk_xen_clock() + UK_BOOT_AGAIN_NANOSECONDS);
		reason = SHUTDOWN_REBOOT;
	}
	uk_xen_shut_down(status == STATUS_CRASHED ? SHUTDOWN_CRASH : reason);
}
