/* One-shot timers on the monotonic clock. They fire from the scheduler, never from an
 * interrupt, so a callback may do whatever a thread may, except wait. */
#ifndef UK_TIME_H
#define UK_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct uk_timer {
	uint64_t deadline; /* ns; valid while set */
	void (*fire)(struct uk_timer *self);
	struct uk_timer *next, *previous;
	bool set;
};

/* Sets or moves a timer. Zero-initialise it and fill in `fire` first. */
void uk_timer_set(struct uk_timer *timer, uint64_t deadline);
void uk_timer_cancel(struct uk_timer *timer);
/* Fires what is due; true if anything was. */
bool uk_timers_run(void);
/* The earliest deadline, or UINT64_MAX. */
uint64_t uk_timers_next(void);

#endif
