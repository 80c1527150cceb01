/* Pollers are armed right before the processor waits, and not while there is work; what arrives
 * in between is not waited for. */
// expect: success
#include <uk/check.h>
#include <uk/errors.h>
#include <uk/init.h>
#include <uk/sched.h>

#define MILLISECOND 1000000UL

static struct uk_wait_queue arrivals;
static unsigned pending, handled, armed, arrive_when_armed;

static unsigned handle(struct uk_poller *self)
{
	(void)self;
	if (pending == 0)
		return 0;
	pending--;
	handled++;
	if (pending == 0)
		uk_wake(&arrivals, 1);
	return 1;
}

/* The device's last packet arrives while the driver asks for an interrupt: none comes for it. */
static bool arm(struct uk_poller *self)
{
	(void)self;
	uk_check(pending == 0);
	armed++;
	if (arrive_when_armed == 0)
		return true;
	arrive_when_armed--;
	pending = 1;
	return false;
}

static struct uk_poller poller = {.poll = handle, .arm = arm};

int uk_application(void)
{
	uk_poller_add(&poller);

	/* There is something to do: no interrupt is needed. */
	pending = 5;
	uk_check(uk_wait(&arrivals, uk_clock_monotonic() + 1000 * MILLISECOND) == 0);
	uk_check(handled == 5 && armed == 0);

	/* Many times, so that the scheduler has learned that looking is worth its while. */
	for (unsigned i = 0; i < 200; i++) {
		arrive_when_armed = 1;
		armed = 0;
		uk_check(uk_wait(&arrivals, uk_clock_monotonic() + 1000 * MILLISECOND) == 0);
		uk_check(armed == 1);
	}
	uk_check(handled == 205);

	/* Nothing arrives: the processor waits until the deadline, armed. */
	armed = 0;
	uk_check(uk_wait(&arrivals, uk_clock_monotonic() + 5 * MILLISECOND) == -UK_ETIMEDOUT);
	uk_check(armed > 0 && handled == 205);
	uk_check_print("SUCCESS\n");
	return 0;
}
