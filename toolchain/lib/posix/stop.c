/*
 * The host's request to end becomes SIGTERM. A poller looks for it, since that may happen at any
 * time, and ends a wait; what the signal does is done by the thread that waited, on its way out
 * of the system call. So a program that never makes one is not disturbed.
 */
#include "interrupt.h"
#include "process.h"
#include "thread.h"
#include <signal.h>
#include <uk/init.h>
#include <uk/plat.h>

static bool is_ending;

static bool end_guest(void)
{
	is_ending = true;
	posix_end(128 + SIGTERM);
}

static bool interrupts(const struct posix_thread *thread, uint64_t unused)
{
	(void)unused;
	return thread->scheduled && uk_thread_interrupt(thread->scheduled);
}

/* Without handlers in the image any thread will do. A wait for a disk goes on, so this is
 * repeated until one has ended that lets go. */
static bool end_some_wait(void)
{
	posix_deliver_signals = end_guest;
	return posix_thread_search(interrupts, 0) != NULL;
}

static unsigned look(struct uk_poller *poller)
{
	(void)poller;
	if (is_ending || !uk_plat_stop_requested())
		return 0;
	return posix_send_termination ? posix_send_termination() : end_some_wait();
}

static void listen(void)
{
	static struct uk_poller poller = {.poll = look};

	uk_poller_add(&poller);
	uk_plat_stop_requested();
}
UK_INIT(UK_STAGE_SERVICE, listen);
