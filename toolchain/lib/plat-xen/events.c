/*
 * Event channels: who listens to what, and waiting. A channel that somebody listens to has a bit
 * in the shared page; Xen is asked to wait until one of them is set, so that nothing ever
 * interrupts this guest.
 */
#include "platform.h"
#include <uk/errors.h>
#include <uk/plat.h>
#include <uk/x86.h>

#define HANDLERS_MAX 64 /* Xen polls at most 128 channels */
#define BITS 64

#define SCHEDULE_POLL 3
#define EVENT_SEND 4
#define EVENT_NEW 6

struct handler {
	void (*function)(void *argument);
	void *argument;
};

static struct handler handlers[HANDLERS_MAX];
static uint32_t channels[HANDLERS_MAX]; /* of the handler with the same index */
static uint32_t handler_count;

int uk_irq_register(unsigned channel, bool level, void (*handler)(void *), void *argument)
{
	(void)level;
	if (!channel || channel >= BITS * BITS)
		return -UK_EINVAL;
	if (handler_count == HANDLERS_MAX)
		return -UK_ENOSPC;
	handlers[handler_count] = (struct handler){handler, argument};
	channels[handler_count++] = channel;
	return 0;
}

static bool take_event(uint32_t channel)
{
	volatile uint64_t *word = &uk_xen_shared->events[channel / BITS];
	uint64_t bit = 1UL << channel % BITS;

	return *word & bit && __atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST) & bit;
}

static void dispatch(void)
{
	for (uint32_t i = 0; i < handler_count; i++)
		if (take_event(channels[i]))
			handlers[i].function(handlers[i].argument);
}

static void poll(uint32_t count, uint64_t until)
{
	const struct {
		const uint32_t *channels;
		uint32_t count, padding;
		uint64_t until;
	} wait = {channels, count, 0, until};

	uk_xen_call(UK_XEN_SCHEDULE, SCHEDULE_POLL, &wait, 0);
}

void uk_xen_sleep_until(uint64_t until)
{
	poll(0, until);
}

void uk_plat_wait(uint64_t deadline)
{
	if (deadline == UINT64_MAX)
		poll(handler_count, 0);
	else if (uk_clock_monotonic() < deadline)
		poll(handler_count, uk_xen_clock_at(deadline));
	dispatch();
}

long uk_xen_event_new(uint16_t domain)
{
	struct {
		uint16_t own, other;
		uint32_t channel;
	} pair = {UK_XEN_SELF, domain, 0};
	long error = uk_xen_call(UK_XEN_EVENT_CHANNEL, EVENT_NEW, &pair, 0);

	return error ? error : (long)pair.channel;
}

void uk_xen_event_send(uint32_t channel)
{
	uk_xen_call(UK_XEN_EVENT_CHANNEL, EVENT_SEND, &channel, 0);
}

/* Interrupts are off and nobody was asked for one. */
void uk_x86_interrupt(unsigned vector)
{
	(void)vector;
	uk_crash("an interrupt that nobody asked for");
}
