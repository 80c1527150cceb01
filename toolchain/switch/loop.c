/* The switch's event loop, on epoll. */
#include "loop.h"
#include "kernel.h"
#include "text.h"

#define KIND_SHIFT 32
#define CLOCK_MONOTONIC 1

static int epoll;

void loop_start(void)
{
	epoll = (int)call(CALL_EPOLL_CREATE1, O_CLOEXEC);
	if (epoll < 0)
		fail("cannot wait for events", NULL, epoll);
}

static void control(int operation, int fd, uint32_t events, enum loop_kind kind, unsigned index)
{
	struct event event = {events, (uint64_t)kind << KIND_SHIFT | index};
	long error = call(CALL_EPOLL_CTL, epoll, operation, fd, &event);

	if (error)
		fail("cannot wait for a descriptor", NULL, error);
}

void loop_watch(int fd, uint32_t events, enum loop_kind kind, unsigned index)
{
	control(EPOLL_CTL_ADD, fd, events, kind, index);
}

void loop_change(int fd, uint32_t events, enum loop_kind kind, unsigned index)
{
	control(EPOLL_CTL_MOD, fd, events, kind, index);
}

void loop_forget(int fd)
{
	control(EPOLL_CTL_DEL, fd, 0, LOOP_PORT, 0);
}

unsigned loop_wait(struct loop_event events[LOOP_EVENTS_MAX], int timeout_ms)
{
	static struct event happened[LOOP_EVENTS_MAX];
	long count = call(CALL_EPOLL_WAIT, epoll, happened, LOOP_EVENTS_MAX, timeout_ms);

	if (count < 0) /* interrupted */
		return 0;
	for (long i = 0; i < count; i++)
		events[i] = (struct loop_event){happened[i].events,
						(enum loop_kind)(happened[i].data >> KIND_SHIFT),
						(unsigned)happened[i].data};
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
