/* The gateway's event loop, on epoll. */
#include "loop.h"
#include "kernel.h"
#include "text.h"

#define CLOCK_MONOTONIC 1

static int epoll;

void loop_start(void)
{
	epoll = (int)call(CALL_EPOLL_CREATE1, O_CLOEXEC);
	if (epoll < 0)
		fail("cannot wait for events", NULL, epoll);
}

static void control(int operation, int fd, const struct loop_event *wanted)
{
	struct event event = {wanted->events, (uint64_t)wanted->kind << 48 |
						      (uint64_t)wanted->generation << 32 |
						      wanted->index};
	long error = call(CALL_EPOLL_CTL, epoll, operation, fd, &event);

	if (error)
		fail("cannot wait for a descriptor", NULL, error);
}

void loop_watch(int fd, const struct loop_event *event)
{
	control(EPOLL_CTL_ADD, fd, event);
}

void loop_change(int fd, const struct loop_event *event)
{
	control(EPOLL_CTL_MOD, fd, event);
}

void loop_forget(int fd)
{
	control(EPOLL_CTL_DEL, fd, &(struct loop_event){0});
}

unsigned loop_wait(struct loop_event events[LOOP_EVENTS_MAX], int timeout_ms)
{
	static struct event happened[LOOP_EVENTS_MAX];
	long count = call(CALL_EPOLL_WAIT, epoll, happened, LOOP_EVENTS_MAX, timeout_ms);

	if (count < 0) /* interrupted */
		return 0;
	for (long i = 0; i < count; i++) {
		const uint64_t data = happened[i].data;

		events[i] = (struct loop_event){happened[i].events, (enum loop_kind)(data >> 48),
						(uint16_t)(data >> 32), (unsigned)data};
	}
	return (unsigned)count;
}

uint64_t loop_now_ms(void)
{
	struct {
		int64_t seconds, nanoseconds;
	} now = {0, 0};

	call(CALL_CLOCK_GETTIME, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.seconds * 1000 + (uint64_t)now.nanoseconds / 1000000;
}
