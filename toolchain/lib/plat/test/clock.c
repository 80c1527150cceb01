/* Time: never back, waits end at their deadline and not before, the two clocks agree, and the
 * wall clock is what the host said when it started the guest. */
// expect: success
// machines: microvm microvm-acpi pc q35 xen linux
#include <uk/check.h>
#include <uk/init.h>

#define MILLISECOND 1000000UL
#define SECOND (1000 * MILLISECOND)

static void wait_until(uint64_t deadline)
{
	while (uk_clock_monotonic() < deadline)
		uk_plat_wait(deadline);
}

int uk_application(void)
{
	const char *configured = uk_boot_config_get("clock.realtime");
	uint64_t started = 0, start, wall, last = uk_clock_monotonic();

	/* The first 20 ms are special: the timer is the clock. */
	for (unsigned i = 0; i < 20; i++) {
		start = uk_clock_monotonic();
		wait_until(start + 2 * MILLISECOND);
		uk_check(uk_clock_monotonic() - start < 2 * SECOND);
	}
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t now = uk_clock_monotonic();

		uk_check(now >= last);
		last = now;
	}
	wall = uk_clock_realtime();
	start = uk_clock_monotonic();
	wait_until(start + 300 * MILLISECOND);
	uk_check(uk_clock_monotonic() - start >= 300 * MILLISECOND);
	wall = uk_clock_realtime() - wall;
	uk_check(wall >= 300 * MILLISECOND && wall < 3 * SECOND);

	uk_check(configured);
	for (; *configured; configured++)
		started = started * 10 + (uint64_t)(*configured - '0');
	uk_check(uk_clock_realtime() > started);
	uk_check(uk_clock_realtime() - started < 20 * SECOND);
	/* A deadline that has passed does not wait. */
	start = uk_clock_monotonic();
	for (unsigned i = 0; i < 100; i++)
		uk_plat_wait(start);
	uk_check(uk_clock_monotonic() - start < SECOND);
	return uk_success();
}
