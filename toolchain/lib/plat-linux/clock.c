/* The host's clocks, read without entering the kernel where that is possible. */
#include "linux.h"
#include <uk/plat.h>

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

static uint64_t read_clock(int clock)
{
	struct linux_time time;
	int (*function)(int, struct linux_time *) =
		(int (*)(int, struct linux_time *))uk_linux_boot->clock_gettime;

	if (!function || function(clock, &time))
		linux_call(CALL_CLOCK_GETTIME, clock, (long)&time, 0, 0);
	return (uint64_t)time.seconds * 1000000000 + (uint64_t)time.nanoseconds;
}

uint64_t uk_clock_monotonic(void)
{
	static uint64_t origin;
	uint64_t now = read_clock(CLOCK_MONOTONIC);

	if (!origin)
		origin = now - 1;
	return now - origin;
}

uint64_t uk_clock_realtime(void)
{
	return read_clock(CLOCK_REALTIME);
}
