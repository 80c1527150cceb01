/*
 * The monotonic clock: the time stamp counter, scaled.
 *
 * The scale comes from KVM's paravirtual clock or from CPUID. QEMU's emulation offers neither,
 * and a microvm may have no other clock than the local interrupt controller's timer, which
 * counts nanoseconds there. It is started at boot and is the clock for the first 20 ms; the
 * next reading after that compares both counters. So the rate is known to some 10^-5 without
 * ever having waited for it.
 */
#include "clock.h"
#include "kvm.h"
#include <uk/plat.h>

#define CALIBRATION_NANOSECONDS 20000000u
#define HYPERVISOR_LEAF 0x40000000u
#define HYPERVISOR_KVM 0x4b4d564bu /* "KVMK" */
#define KVM_FEATURE_CLOCK (1u << 3)
#define KVM_MSR_CLOCK 0x4b564d01u
#define KVM_MSR_WALL_CLOCK 0x4b564d00u
#define ENABLED 1u
#define LEAF1_ECX_HYPERVISOR (1u << 31)

const volatile struct clock_scale *uk_kvm_clock_scale;

/* Written by KVM at any time, so never inside of another page's worth of data. */
static volatile struct clock_scale kvm_scale __attribute__((aligned(64)));
static struct clock_scale own_scale;
static uint64_t boot_ticks;

static void use_own_scale(uint64_t ticks_now, uint64_t now, uint64_t ticks, uint64_t nanoseconds)
{
	/* The multiplier has 32 bits and stands for less than one nanosecond a tick. */
	while (nanoseconds >> 32) {
		nanoseconds >>= 1;
		ticks >>= 1;
	}
	while (nanoseconds >= ticks) {
		ticks <<= 1;
		own_scale.shift++;
	}
	own_scale.multiplier = (uint32_t)((nanoseconds << 32) / ticks);
	own_scale.ticks = ticks_now;
	own_scale.nanoseconds = now;
	uk_kvm_clock_scale = &own_scale;
}

/* Counts a second, or 0 when the processor does not say. */
static uint64_t rate_from_cpuid(bool has_hypervisor)
{
	if (has_hypervisor && cpuid(HYPERVISOR_LEAF, 0).eax >= HYPERVISOR_LEAF + 0x10)
		return cpuid(HYPERVISOR_LEAF + 0x10, 0).eax * 1000UL;
	if (cpuid(0, 0).eax >= 0x15) {
		struct cpuid leaf = cpuid(0x15, 0);

		if (leaf.eax && leaf.ebx && leaf.ecx)
			return (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
	}
	return 0;
}

void uk_kvm_clock_init(void)
{
	bool has_hypervisor = cpuid(1, 0).ecx & LEAF1_ECX_HYPERVISOR;
	uint64_t rate;

	boot_ticks = read_tsc();
	if (has_hypervisor && cpuid(HYPERVISOR_LEAF, 0).ebx == HYPERVISOR_KVM &&
	    cpuid(HYPERVISOR_LEAF + 1, 0).eax & KVM_FEATURE_CLOCK) {
		write_msr(KVM_MSR_CLOCK, (uintptr_t)&kvm_scale | ENABLED);
		uk_kvm_clock_scale = &kvm_scale;
		return;
	}
	rate = rate_from_cpuid(has_hypervisor);
	if (rate) {
		use_own_scale(boot_ticks, 0, rate, 1000000000);
		return;
	}
	write_register(LAPIC_LVT_TIMER, TIMER_MASKED);
	write_register(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_16);
	write_register(LAPIC_TIMER_INITIAL, UINT32_MAX);
}

/* Nanoseconds since boot by the local controller's timer, while it is the clock. */
static uint64_t timer_clock(void)
{
	uint32_t left = read_register(LAPIC_TIMER_CURRENT);
	uint64_t ticks = read_tsc();
	uint64_t now = (uint64_t)(UINT32_MAX - left) * TIMER_NANOSECONDS_PER_COUNT;

	if (!left) {
		/* It ran out: nobody asked for the time in the first 68 s. Measure now, then
		 * apply the rate to what has passed. */
		uint64_t start = ticks;

		write_register(LAPIC_TIMER_INITIAL, UINT32_MAX);
		do
			now = (uint64_t)(UINT32_MAX - read_register(LAPIC_TIMER_CURRENT)) *
			      TIMER_NANOSECONDS_PER_COUNT;
		while (now < CALIBRATION_NANOSECONDS);
		ticks = read_tsc();
		use_own_scale(boot_ticks, 0, ticks - start, now);
		return uk_clock_monotonic();
	}
	if (now >= CALIBRATION_NANOSECONDS)
		use_own_scale(ticks, now, ticks - boot_ticks, now);
	return now;
}

uint64_t uk_clock_monotonic(void)
{
	static uint64_t last;
	uint64_t now = uk_kvm_clock_scale ? uk_x86_scaled_clock(uk_kvm_clock_scale) : timer_clock();

	/* A host that moves to another machine may set the counter back. */
	if (now > last)
		last = now;
	return last;
}

uint64_t uk_kvm_clock_wall_origin(void)
{
	static volatile struct {
		uint32_t version, seconds, nanoseconds;
	} wall __attribute__((aligned(16)));

	if (uk_kvm_clock_scale != &kvm_scale)
		return 0;
	write_msr(KVM_MSR_WALL_CLOCK, (uintptr_t)&wall);
	return wall.seconds * 1000000000UL + wall.nanoseconds;
}
