/* Timeouts as system calls take them, as deadlines on the monotonic clock. */
#ifndef UK_POLL_DEADLINE_H
#define UK_POLL_DEADLINE_H

#include <errno.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <uk/plat.h>

#define NS_PER_SECOND 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_MICROSECOND 1000ULL

/* Negative: for ever. Zero gives 0, which is always past: no clock is read. */
static inline uint64_t deadline_from_ms(int timeout_ms)
{
	if (timeout_ms <= 0)
		return timeout_ms < 0 ? UINT64_MAX : 0;
	return uk_clock_monotonic() + (uint64_t)timeout_ms * NS_PER_MS;
}

static inline uint64_t deadline_after(uint64_t seconds, uint64_t ns)
{
	if (seconds == 0 && ns == 0)
		return 0;
	if (seconds > UINT64_MAX / NS_PER_SECOND / 2)
		return UINT64_MAX;
	return uk_clock_monotonic() + seconds * NS_PER_SECOND + ns;
}

/* NULL: for ever. 0 or -EINVAL. */
static inline int deadline_from_timespec(uint64_t *deadline, const struct timespec *timeout)
{
	*deadline = UINT64_MAX;
	if (timeout == NULL)
		return 0;
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
	    (uint64_t)timeout->tv_nsec >= NS_PER_SECOND)
		return -EINVAL;
	*deadline = deadline_after((uint64_t)timeout->tv_sec, (uint64_t)timeout->tv_nsec);
	return 0;
}

#endif
