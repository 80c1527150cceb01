/* Waiting: for the descriptors that somebody watches, or a time. */
#include "linux.h"
#include <uk/errors.h>
#include <uk/plat.h>

static struct linux_poll watched[UK_TENDER_POLL_MAX];
static unsigned watched_count;

void uk_linux_watch(int fd, short events)
{
	unsigned at = 0;

	while (at < watched_count && watched[at].fd != fd)
		at++;
	if (!events) {
		if (at < watched_count)
			watched[at] = watched[--watched_count];
		return;
	}
	if (at == watched_count) {
		uk_assert(watched_count < UK_TENDER_POLL_MAX);
		watched_count++;
	}
	watched[at] = (struct linux_poll){fd, events, 0};
}

bool uk_linux_happened(int fd)
{
	for (unsigned i = 0; i < watched_count; i++)
		if (watched[i].fd == fd)
			return watched[i].happened;
	return false;
}

/* Descriptors that are ready are ready until they have been served, so nothing is missed. */
void uk_plat_wait(uint64_t deadline)
{
	struct linux_time timeout;
	uint64_t now;

	if (deadline == UINT64_MAX) {
		linux_poll(watched, watched_count, NULL);
		return;
	}
	now = uk_clock_monotonic();
	deadline = deadline > now ? deadline - now : 0;
	timeout.seconds = (int64_t)(deadline / 1000000000);
	timeout.nanoseconds = (int64_t)(deadline % 1000000000);
	linux_poll(watched, watched_count, &timeout);
}

/* Devices are descriptors here: there are no interrupt lines. */
int uk_irq_register(unsigned line, bool level, void (*handler)(void *argument), void *argument)
{
	(void)line;
	(void)level;
	(void)handler;
	(void)argument;
	return -UK_EINVAL;
}
