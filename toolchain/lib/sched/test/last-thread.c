/* The first thread may end before the others; when the last one ends, so does the guest. */
// expect: status 0
// expect: console "the other one goes on"
#include <uk/check.h>
#include <uk/init.h>
#include <uk/sched.h>

static void go_on(void *argument)
{
	struct uk_wait_queue nobody = {0};

	uk_wait(&nobody, uk_clock_monotonic() + 5000000);
	uk_check_print(argument);
}

int uk_application(void)
{
	static char text[] = "the other one goes on\n";

	uk_check(uk_thread_create(go_on, text, NULL, 0, NULL, NULL));
	uk_thread_exit();
}
