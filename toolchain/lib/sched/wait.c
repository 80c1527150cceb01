/* Which thread runs, and waiting: the run queue, wait queues, pollers and the idle loop. */
#include "scheduler.h"
#include <uk/errors.h>
#include <uk/plat.h>
#include <uk/time.h>

/* Threads that are always runnable must not keep pollers and timers from their work. */
#define SWITCHES_PER_POLL 64

struct uk_waiter {
	struct uk_waiter *next, *previous;
	struct uk_wait_queue *queue;
	struct uk_thread *thread;
	struct uk_timer timer;
	volatile bool done; /* woken or timed out */
	int result;
};

static struct uk_thread first_thread = {.id = 1};
struct uk_thread *uk_sched_current = &first_thread;
struct uk_thread *uk_sched_first;
static struct uk_thread *last;
static struct uk_poller *pollers;

struct uk_thread *uk_thread_current(void)
{
	return uk_sched_current;
}

int uk_thread_id(const struct uk_thread *thread)
{
	return thread->id;
}

void uk_poller_add(struct uk_poller *poller)
{
	poller->next = pollers;
	pollers = poller;
}

static unsigned poll_all(void)
{
	unsigned found = uk_timers_run();

	for (struct uk_poller *poller = pollers; poller; poller = poller->next)
		found += poller->poll(poller);
	return found;
}

bool uk_poll(void)
{
	return poll_all() > 0;
}

void uk_sched_make_runnable(struct uk_thread *thread)
{
	thread->next = NULL;
	if (uk_sched_first)
		last->next = thread;
	else
		uk_sched_first = thread;
	last = thread;
}

/* Before a thread looks whether it has been woken, never between that and the switch: a
 * wake-up of the current thread only sets its flag. */
static void poll_sometimes(void)
{
	static unsigned switches;

	if (++switches % SWITCHES_PER_POLL == 0)
		uk_poll();
}

static struct uk_thread *take_first(void)
{
	struct uk_thread *thread = uk_sched_first;

	uk_sched_first = thread->next;
	return thread;
}

void uk_sched_switch(void)
{
	struct uk_thread *from = uk_sched_current, *to = take_first();

	if (to == from)
		return;
	from->tls = uk_plat_tls();
	uk_plat_set_tls(to->tls);
	uk_sched_current = to;
	uk_context_switch(&from->context, to->context);
}

_Noreturn void uk_sched_leave(void)
{
	struct uk_thread *to = take_first();

	uk_plat_set_tls(to->tls);
	uk_sched_current = to;
	uk_context_load(to->context);
}

static bool arm_pollers(void)
{
	bool quiet = true;

	for (struct uk_poller *poller = pollers; poller; poller = poller->next)
		quiet &= !poller->arm || poller->arm(poller);
	return quiet;
}

/*
 * Waking a processor that waits takes tens of microseconds, on the host's side too: what follows
 * soon is found sooner by looking for it. That is of no use when nothing follows soon, and when
 * so much does that a batch has gathered by the time the processor wakes; then it is left to
 * those who send. So what each wait brought decides whether the next ones are put off, and now
 * and then one is not, to see whether that is still right.
 */
#define LOOK_NS 200000
#define BATCH 4
#define LOOKS_PER_WAIT 64

static uint64_t look_ns;
static unsigned looks, batch_average; /* this one in eighths */

static void learn(uint64_t waited_ns, unsigned found)
{
	batch_average += found - batch_average / 8;
	if (waited_ns > LOOK_NS)
		look_ns /= 2;
	else
		look_ns = batch_average < 8 * BATCH ? LOOK_NS : 0;
	looks = 0;
}

/* Looks for something to do until look_ns are over, then waits. To be called when pollers have
 * found nothing: only then may the processor wait. */
static void look_and_wait(void)
{
	uint64_t since = uk_clock_monotonic(), looked_ns = 0;
	uint64_t limit_ns = ++looks % LOOKS_PER_WAIT == 0 ? 0 : look_ns;

	while (looked_ns < limit_ns) {
		if (poll_all() > 0)
			return;
		looked_ns = uk_clock_monotonic() - since;
	}
	if (!arm_pollers())
		return;
	uk_plat_wait(uk_timers_next());
	uint64_t waited_ns = uk_clock_monotonic() - since;

	learn(waited_ns, poll_all());
}

void uk_sched_idle(const volatile bool *done)
{
	while (!*done && !uk_sched_first) {
		if (poll_all() == 0)
			look_and_wait();
	}
}

void uk_yield(void)
{
	if (uk_sched_first)
		poll_sometimes();
	else
		uk_poll();
	if (!uk_sched_first)
		return;
	uk_sched_make_runnable(uk_sched_current);
	uk_sched_switch();
}

static void finish(struct uk_waiter *waiter)
{
	struct uk_wait_queue *queue = waiter->queue;

	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		queue->last = waiter->previous;
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		queue->first = waiter->next;
	waiter->done = true;
	waiter->thread->waiter = NULL;
	/* The current thread is in its idle loop and sees for itself. */
	if (waiter->thread != uk_sched_current)
		uk_sched_make_runnable(waiter->thread);
}

static void expire(struct uk_timer *timer)
{
	struct uk_waiter *waiter =
		(void *)((char *)timer - __builtin_offsetof(struct uk_waiter, timer));

	waiter->result = -UK_ETIMEDOUT;
	finish(waiter);
}

int uk_wait(struct uk_wait_queue *queue, uint64_t deadline)
{
	struct uk_waiter waiter = {
		.previous = queue->last,
		.queue = queue,
		.thread = uk_sched_current,
		.timer.fire = expire,
	};

	if (queue->last)
		queue->last->next = &waiter;
	else
		queue->first = &waiter;
	queue->last = &waiter;
	uk_sched_current->waiter = &waiter;
	if (deadline != UINT64_MAX)
		uk_timer_set(&waiter.timer, deadline);
	for (;;) {
		poll_sometimes();
		uk_sched_idle(&waiter.done);
		if (waiter.done)
			break;
		uk_sched_switch();
	}
	return waiter.result;
}

size_t uk_wake(struct uk_wait_queue *queue, size_t count)
{
	size_t woken = 0;

	for (; queue->first && woken < count; woken++) {
		uk_timer_cancel(&queue->first->timer);
		finish(queue->first);
	}
	return woken;
}

bool uk_thread_interrupt(struct uk_thread *thread)
{
	struct uk_waiter *waiter = thread->waiter;

	if (!waiter)
		return false;
	waiter->result = -UK_EINTR;
	uk_timer_cancel(&waiter->timer);
	finish(waiter);
	return true;
}
