/* Timers fire in the order of their deadlines, once, not early, and not after they are
 * cancelled; they can set and cancel each other. */
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/time.h>

#define COUNT 200
#define MILLISECOND 1000000UL

static struct uk_timer timers[COUNT];
static uint64_t last_deadline;
static unsigned fired, repeats;

static void fire(struct uk_timer *self)
{
	uk_check(!self->set && self->deadline >= last_deadline);
	uk_check(uk_clock_monotonic() >= self->deadline);
	last_deadline = self->deadline;
	fired++;
}

static void repeat(struct uk_timer *self)
{
	if (++repeats < 5)
		uk_timer_set(self, self->deadline + MILLISECOND);
}

static void cancel_other(struct uk_timer *self)
{
	uk_timer_cancel(self + 1);
}

static void run_until_empty(void)
{
	while (uk_timers_next() != UINT64_MAX)
		if (!uk_timers_run())
			uk_plat_wait(uk_timers_next());
}

int uk_application(void)
{
	uint64_t start = uk_clock_monotonic() + MILLISECOND;
	struct uk_timer repeating = {.fire = repeat};
	struct uk_timer pair[2] = {{.fire = cancel_other}, {.fire = fire}};

	uk_check(!uk_timers_run() && uk_timers_next() == UINT64_MAX);
	for (unsigned i = 0; i < COUNT; i++) {
		timers[i].fire = fire;
		uk_timer_set(&timers[i], start + (i * 7919 % COUNT) * MILLISECOND / 8);
	}
	uk_check(uk_timers_next() == start);
	for (unsigned i = 0; i < COUNT; i += 4)
		uk_timer_cancel(&timers[i]);
	for (unsigned i = 1; i < COUNT; i += 4) /* moving a timer does not duplicate it */
		uk_timer_set(&timers[i], start + i * MILLISECOND / 8);
	run_until_empty();
	uk_check(fired == COUNT - COUNT / 4);

	uk_timer_set(&repeating, uk_clock_monotonic());
	run_until_empty();
	uk_check(repeats == 5);

	fired = 0;
	start = uk_clock_monotonic();
	uk_timer_set(&pair[1], start + 1);
	uk_timer_set(&pair[0], start);
	run_until_empty();
	uk_check(fired == 0 && !pair[1].set);
	return uk_success();
}
