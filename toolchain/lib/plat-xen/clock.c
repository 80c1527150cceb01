/*
 * The clocks: Xen keeps a scale for the time stamp counter, and the wall clock at the origin of
 * its own clock, up to date in the shared page.
 */
#include "platform.h"
#include <uk/plat.h>

#define SECOND 1000000000UL

/* What Xen's clock showed when this guest's was 0. */
static uint64_t origin;

uint64_t uk_xen_clock(void)
{
	return uk_x86_scaled_clock(&uk_xen_shared->processors[0].clock);
}

void uk_xen_clock_init(void)
{
	origin = uk_xen_clock();
}

uint64_t uk_xen_clock_at(uint64_t monotonic)
{
	return origin + monotonic;
}

uint64_t uk_clock_monotonic(void)
{
	static uint64_t last;
	uint64_t now = uk_xen_clock() - origin;

	/* A guest that goes on elsewhere finds another host's clock, which may show less: time
	 * goes on from where it was. */
	if ((int64_t)(now - last) < 0) {
		origin -= last - now;
		now = last;
	}
	last = now;
	return now;
}

uint64_t uk_clock_realtime(void)
{
	uint64_t at_origin;
	uint32_t version;

	do {
		version = uk_xen_shared->wall_version & ~1u;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		at_origin = ((uint64_t)uk_xen_shared->wall_seconds_high << 32 |
			     uk_xen_shared->wall_seconds) * SECOND +
			    uk_xen_shared->wall_nanoseconds;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	} while (uk_xen_shared->wall_version != version);
	return at_origin + uk_xen_clock();
}
