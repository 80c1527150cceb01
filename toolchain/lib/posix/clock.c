/*
 * Clocks and sleeping. Processor time is not accounted for: its clocks run with the monotonic
 * one, which on a machine of one's own is what programs measure with them.
 */
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <uk/interrupt.h>
#include <uk/plat.h>
#include <uk/sched.h>
#include <uk/syscalls.h>

#define SECOND 1000000000ULL
/* Of times(): clock ticks as the kernel interface counts them. */
#define TICK (SECOND / 100)

static int read_clock(clockid_t clock, uint64_t *time)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*time = uk_clock_realtime();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		*time = uk_clock_monotonic();
		return 0;
	default:
		return -EINVAL;
	}
}

static void put(struct timespec *result, uint64_t time)
{
	result->tv_sec = (time_t)(time / SECOND);
	result->tv_nsec = (long)(time % SECOND);
}

long uk_sys_clock_gettime(long clock, long result)
{
	uint64_t time;
	int error = read_clock((clockid_t)clock, &time);
	if (!error)
		put((struct timespec *)result, time);
	return error;
}

long uk_sys_clock_getres(long clock, long result)
{
	uint64_t time;
	int error = read_clock((clockid_t)clock, &time);
	if (!error && result)
		put((struct timespec *)result, 1);
	return error;
}

long uk_sys_gettimeofday(long result, long zone)
{
	struct timeval *now = (struct timeval *)result;
	uint64_t time = uk_clock_realtime();
	if (now) {
		now->tv_sec = (time_t)(time / SECOND);
		now->tv_usec = (suseconds_t)(time % SECOND / 1000);
	}
	if (zone)
		*(struct timezone *)zone = (struct timezone){0, 0};
	return 0;
}

long uk_sys_time(long result)
{
	long now = (long)(uk_clock_realtime() / SECOND);
	if (result)
		*(time_t *)result = now;
	return now;
}

long uk_sys_times(long result)
{
	clock_t ticks = (clock_t)(uk_clock_monotonic() / TICK);
	if (result)
		*(struct tms *)result = (struct tms){.tms_utime = ticks};
	return ticks;
}

static int parse(const struct timespec *request, uint64_t *time)
{
	if (request->tv_sec < 0 || request->tv_nsec < 0 || request->tv_nsec >= (long)SECOND)
		return -EINVAL;
	/* Centuries are for ever. */
	*time = (uint64_t)request->tv_sec > UINT64_MAX / SECOND / 4
			? UINT64_MAX / 4
			: (uint64_t)request->tv_sec * SECOND + (uint64_t)request->tv_nsec;
	return 0;
}

static int sleep_until(uint64_t deadline)
{
	struct uk_wait_queue nobody_wakes = {0};
	while (uk_clock_monotonic() < deadline)
		if (uk_wait(&nobody_wakes, deadline) == -EINTR)
			return uk_interrupted();
	return 0;
}

long uk_sys_clock_nanosleep(long clock, long flags, long request, long remaining)
{
	uint64_t now, time;
	int error = read_clock((clockid_t)clock, &now);
	if (!error)
		error = parse((const struct timespec *)request, &time);
	if (error)
		return error;
	if (flags & TIMER_ABSTIME)
		time = time > now ? time - now : 0;
	uint64_t deadline = uk_clock_monotonic() + time;
	error = sleep_until(deadline);
	if (error && remaining && !(flags & TIMER_ABSTIME)) {
		now = uk_clock_monotonic();
		put((struct timespec *)remaining, deadline > now ? deadline - now : 0);
	}
	return error;
}

long uk_sys_nanosleep(long request, long remaining)
{
	return uk_sys_clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
}
