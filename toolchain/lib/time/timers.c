/*
 * Timers in a list ordered by deadline. A new one is placed by looking from the end: in a
 * server most timers are timeouts of the same length, so the latest set is the last to fire.
 */
#include <uk/plat.h>
#include <uk/time.h>

/* Fired in one go at most, so that timers which set themselves again cannot keep the
 * processor to themselves. */
#define FIRE_MAX 64

static struct uk_timer *first, *last;

void uk_timer_cancel(struct uk_timer *timer)
{
	if (!timer->set)
		return;
	timer->set = false;
	if (timer->next)
		timer->next->previous = timer->previous;
	else
		last = timer->previous;
	if (timer->previous)
		timer->previous->next = timer->next;
	else
		first = timer->next;
}

void uk_timer_set(struct uk_timer *timer, uint64_t deadline)
{
	struct uk_timer *before;

	uk_timer_cancel(timer);
	before = last;
	while (before && before->deadline > deadline)
		before = before->previous;
	timer->deadline = deadline;
	timer->set = true;
	timer->previous = before;
	timer->next = before ? before->next : first;
	if (timer->next)
		timer->next->previous = timer;
	else
		last = timer;
	if (before)
		before->next = timer;
	else
		first = timer;
}

bool uk_timers_run(void)
{
	uint64_t now;
	unsigned fired = 0;

	if (!first)
		return false;
	now = uk_clock_monotonic();
	for (; first && first->deadline <= now && fired < FIRE_MAX; fired++) {
		struct uk_timer *timer = first;

		uk_timer_cancel(timer);
		timer->fire(timer);
	}
	return fired != 0;
}

uint64_t uk_timers_next(void)
{
	return first ? first->deadline : UINT64_MAX;
}
