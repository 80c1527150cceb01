/* Waiting: the processor halts until an interrupt, which the timer raises at a deadline. */
#include "clock.h"
#include "kvm.h"
#include <uk/plat-kvm.h>
#include <uk/plat.h>

#define LEAF1_ECX_TSC_DEADLINE (1u << 24)
/* How long to look for interrupts between two readings of a slow clock. */
#define SPINS_PER_READING 64

/* When the timer will fire. An earlier time than asked for is left alone, since the caller looks
 * at the clock and waits again. */
static uint64_t armed = UINT64_MAX;

void uk_kvm_timer_fired(void)
{
	armed = UINT64_MAX;
}

static uint64_t to_ticks(uint64_t nanoseconds)
{
	const volatile struct clock_scale *scale = uk_kvm_clock_scale;
	uint64_t ticks;

	if (nanoseconds >> 31)
		nanoseconds = 1UL << 31; /* the shift below must not overflow */
	ticks = (nanoseconds << 32) / scale->multiplier + 1;
	return scale->shift >= 0 ? ticks >> scale->shift : ticks << -scale->shift;
}

static void arm(uint64_t now, uint64_t deadline)
{
	static bool is_set_up, by_deadline;
	uint64_t counts = (deadline - now) / TIMER_NANOSECONDS_PER_COUNT + 1;

	if (!is_set_up) {
		is_set_up = true;
		by_deadline = cpuid(1, 0).ecx & LEAF1_ECX_TSC_DEADLINE;
		write_register(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_16);
		write_register(LAPIC_LVT_TIMER,
			       VECTOR_TIMER | (by_deadline ? TIMER_BY_DEADLINE : 0));
		__asm__ volatile("mfence" ::: "memory");
	}
	armed = deadline;
	if (by_deadline)
		write_msr(MSR_TSC_DEADLINE, read_tsc() + to_ticks(deadline - now));
	else
		write_register(LAPIC_TIMER_INITIAL,
			       counts < UINT32_MAX ? (uint32_t)counts : UINT32_MAX);
}

void uk_kvm_settle_clock(void)
{
	while (!uk_kvm_clock_scale)
		uk_clock_monotonic();
}

bool uk_kvm_interrupt_by(uint64_t deadline)
{
	uint64_t now = uk_clock_monotonic();

	if (!uk_kvm_clock_scale)
		return false;
	if (armed > deadline)
		arm(now, deadline > now ? deadline : now);
	return true;
}

void uk_plat_wait(uint64_t deadline)
{
	uint64_t now;

	if (deadline == UINT64_MAX) {
		uk_kvm_idle();
		return;
	}
	now = uk_clock_monotonic();
	/* In the first milliseconds the timer may still be the clock: do not touch it. */
	if (!uk_kvm_clock_scale) {
		for (unsigned i = 0; i < SPINS_PER_READING; i++)
			__asm__ volatile("pause");
		uk_kvm_take_pending();
		return;
	}
	if (now >= deadline) {
		uk_kvm_take_pending();
		return;
	}
	if (armed > deadline)
		arm(now, deadline);
	uk_kvm_idle();
}
