/* Reading a paravirtual clock, which may change while it is read. */
#include <uk/x86-clock.h>
#include <uk/x86-cpu.h>

uint64_t uk_x86_scaled_clock(const volatile struct clock_scale *scale)
{
	uint64_t ticks, nanoseconds;
	uint32_t version;

	do {
		version = scale->version & ~1u;
		__asm__ volatile("lfence" ::: "memory");
		ticks = read_tsc() - scale->ticks;
		ticks = scale->shift >= 0 ? ticks << scale->shift : ticks >> -scale->shift;
		nanoseconds = scale->nanoseconds +
			      (uint64_t)((unsigned __int128)ticks * scale->multiplier >> 32);
		__asm__ volatile("" ::: "memory");
	} while (scale->version != version);
	return nanoseconds;
}
