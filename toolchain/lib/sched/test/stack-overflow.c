/* A library's thread that runs over the end of its stack is stopped. */
// expect: crash "stack overflow"
#include <uk/check.h>
#include <uk/init.h>
#include <uk/sched.h>

static __attribute__((noinline)) int recurse(volatile int *outer)
{
	volatile int inner[64];

	if (*outer < 0) /* so that the compiler believes in an end */
		return 0;
	inner[0] = *outer + 1;
	return recurse(inner) + inner[0];
}

static void overflow(void *argument)
{
	recurse(argument);
}

int uk_application(void)
{
	static volatile int start;

	uk_check(uk_thread_create(overflow, (void *)&start, NULL, 0, NULL, NULL));
	uk_yield();
	return 0;
}
