/* The two halves of the clock: reading it, and being woken at a time. */
#ifndef UK_KVM_CLOCK_H
#define UK_KVM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A linear relation between the time stamp counter and nanoseconds. The layout is that of
 * KVM's paravirtual clock, which keeps one such structure up to date for each processor.
 */
struct clock_scale {
	uint32_t version, reserved; /* odd: being changed */
	uint64_t ticks, nanoseconds; /* of one instant */
	uint32_t multiplier;	     /* nanoseconds = (ticks shifted) * multiplier >> 32 */
	int8_t shift;
	uint8_t flags, padding[2];
};

/* The scale in use; NULL until the counter's rate is known. */
extern const volatile struct clock_scale *uk_kvm_clock_scale;

/* The local controller's timer counts down at this rate on QEMU and KVM. */
#define TIMER_NANOSECONDS_PER_COUNT 16
#define TIMER_DIVIDE_BY_16 3
#define TIMER_MASKED (1u << 16)
#define TIMER_BY_DEADLINE (1u << 18)

#endif
