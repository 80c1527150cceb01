/* Threads: they start, wait, wake each other in order, time out, end, and give back what they
 * held. */
// expect: success
#include <uk/check.h>
#include <uk/errors.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/sched.h>

#define MILLISECOND 1000000UL
#define WAITERS 10

static struct uk_wait_queue ping, pong, many;
static unsigned rounds, woken_order[WAITERS], woken, ended;
static bool turn;

static void count_end(void *argument)
{
	uk_check(argument == &ended);
	ended++;
}

static void answer(void *argument)
{
	uk_check(argument == &rounds);
	while (rounds < 10000) {
		while (!turn)
			uk_wait(&ping, UINT64_MAX);
		turn = false;
		rounds++;
		uk_wake(&pong, 1);
	}
}

static void wait_in_line(void *argument)
{
	uk_check(uk_wait(&many, UINT64_MAX) == 0);
	woken_order[woken++] = (unsigned)(uintptr_t)argument;
}

static void end_at_once(void *argument)
{
	(void)argument;
	uk_thread_exit();
}

static void time_out(void *argument)
{
	struct uk_wait_queue nobody = {0};
	uint64_t deadline = uk_clock_monotonic() + (uintptr_t)argument * MILLISECOND;

	uk_check(uk_wait(&nobody, deadline) == -UK_ETIMEDOUT);
	uk_check(uk_clock_monotonic() >= deadline && nobody.first == NULL);
	ended++;
}

static void spin(void *argument)
{
	while (!*(volatile bool *)argument)
		uk_yield();
}

int uk_application(void)
{
	struct uk_wait_queue nobody = {0};
	static char own_stack[8192] __attribute__((aligned(16)));
	bool stop = false;
	size_t free;
	int last_id;

	uk_check(uk_thread_id(uk_thread_current()) == 1);
	uk_check(uk_wake(&nobody, UK_WAKE_ALL) == 0);
	uk_check(uk_wait(&nobody, uk_clock_monotonic() + MILLISECOND) == -UK_ETIMEDOUT);
	uk_check(uk_wait(&nobody, 0) == -UK_ETIMEDOUT);

	uk_check(uk_thread_create(answer, &rounds, NULL, 0, count_end, &ended));
	while (rounds < 10000) {
		turn = true;
		uk_wake(&ping, 1);
		while (turn)
			uk_wait(&pong, UINT64_MAX);
	}
	uk_yield();
	uk_check(ended == 1);

	for (uintptr_t i = 0; i < WAITERS; i++)
		uk_check(uk_thread_create(wait_in_line, (void *)i, NULL, 0, NULL, NULL));
	uk_yield();
	uk_check(uk_wake(&many, 3) == 3 && uk_wake(&many, UK_WAKE_ALL) == WAITERS - 3);
	uk_yield();
	uk_check(woken == WAITERS);
	for (unsigned i = 0; i < WAITERS; i++)
		uk_check(woken_order[i] == i);

	/* A thousand threads after each other leave nothing behind; ids are not used again. */
	free = uk_pages_free_count();
	last_id = 0;
	ended = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct uk_thread *thread = uk_thread_create(
			end_at_once, NULL, i % 2 ? NULL : own_stack + sizeof(own_stack), 0,
			count_end, &ended);

		uk_check(thread && uk_thread_id(thread) > last_id);
		last_id = uk_thread_id(thread);
		uk_yield();
	}
	uk_check(ended == 1000 && uk_pages_free_count() == free);

	ended = 0;
	for (uintptr_t i = 0; i < 50; i++)
		uk_check(uk_thread_create(time_out, (void *)(i % 7 * 3), NULL, 0, NULL, NULL));
	while (ended < 50)
		uk_wait(&nobody, uk_clock_monotonic() + MILLISECOND);

	/* Threads that only yield do not keep timers from firing. */
	uk_check(uk_thread_create(spin, &stop, NULL, 0, NULL, NULL));
	uk_check(uk_thread_create(spin, &stop, NULL, 0, NULL, NULL));
	uk_check(uk_wait(&nobody, uk_clock_monotonic() + 20 * MILLISECOND) == -UK_ETIMEDOUT);
	stop = true;
	return uk_success();
}
