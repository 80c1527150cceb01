/* The two halves of the clock: reading it, and being woken at a time. */
#ifndef UK_KVM_CLOCK_H
#define UK_KVM_CLOCK_H

#include <uk/x86-clock.h>

/* The scale in use; NULL until the counter's rate is known. */
extern const volatile struct clock_scale *uk_kvm_clock_scale;

/* The local controller's timer counts down at this rate on QEMU and KVM. */
#define TIMER_NANOSECONDS_PER_COUNT 16
#define TIMER_DIVIDE_BY_16 3
#define TIMER_MASKED (1u << 16)
#define TIMER_BY_DEADLINE (1u << 18)

#endif
