/* What the files of this platform need of each other. */
#ifndef UK_XEN_PLATFORM_H
#define UK_XEN_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/x86-clock.h>
#include <uk/xen.h>

/* The page that Xen shares with each domain, as a 64-bit guest sees it. */
struct shared_info {
	struct {
		uint8_t pending, mask;
		uint8_t padding[6];
		uint64_t selector, fault_address, reserved;
		struct clock_scale clock;
	} processors[32];
	uint64_t events[64], masks[64]; /* a bit for each event channel */
	uint32_t wall_version, wall_seconds, wall_nanoseconds, wall_seconds_high;
};

extern volatile struct shared_info *uk_xen_shared;

/* hypercall.c */
void uk_xen_hypercalls_init(void);
_Noreturn void uk_xen_shut_down(unsigned reason);
#define SHUTDOWN_POWER_OFF 0
#define SHUTDOWN_REBOOT 1
#define SHUTDOWN_CRASH 3

/* events.c: waits until a time of Xen's clock in nanoseconds. */
void uk_xen_sleep_until(uint64_t until);

/* clock.c: Xen's clock, whose origin is the host's. */
uint64_t uk_xen_clock(void);
void uk_xen_clock_init(void);
/* What Xen's clock shows when the monotonic clock shows this. */
uint64_t uk_xen_clock_at(uint64_t monotonic);

/* console.c */
void uk_xen_console_init(void);
/* Waits until what was written has been taken, but not for long. */
void uk_xen_console_drain(void);
/* Whether what was written last ended a line. */
bool uk_xen_console_is_at_line_start(void);

#endif
