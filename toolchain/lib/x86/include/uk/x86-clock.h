/*
 * A paravirtual clock: a linear relation between the time stamp counter and nanoseconds, which a
 * monitor keeps up to date. Xen and KVM share the layout.
 */
#ifndef UK_X86_CLOCK_H
#define UK_X86_CLOCK_H

#include <stdint.h>

struct clock_scale {
	uint32_t version, reserved; /* odd: being changed */
	uint64_t ticks, nanoseconds; /* of one instant */
	uint32_t multiplier;	     /* nanoseconds = (ticks shifted) * multiplier >> 32 */
	int8_t shift;
	uint8_t flags, padding[2];
};

/* Nanoseconds now. */
uint64_t uk_x86_scaled_clock(const volatile struct clock_scale *scale);

#endif
