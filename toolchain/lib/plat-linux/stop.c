/* The request to end: a descriptor that becomes readable and stays so. */
#include "linux.h"
#include <uk/plat.h>

/* A guest that never waits has to look by itself; seldom, since each look is a system call. */
#define CALLS_PER_LOOK 4096

bool uk_plat_stop_requested(void)
{
	static const struct linux_time now;
	static unsigned calls;
	static bool is_requested;
	struct linux_poll poll = {uk_linux_boot->stop, UK_LINUX_READABLE, 0};

	if (is_requested || poll.fd < 0)
		return is_requested;
	if (!calls)
		uk_linux_watch(poll.fd, UK_LINUX_READABLE);
	if (calls++ % CALLS_PER_LOOK && !uk_linux_happened(poll.fd))
		return false;
	/* That its other end is closed says that the tender has died, and this process is about to. */
	is_requested = linux_poll(&poll, 1, &now) == 1 && poll.happened & UK_LINUX_READABLE;
	/* It would end every wait. */
	if (is_requested)
		uk_linux_watch(poll.fd, 0);
	return is_requested;
}
