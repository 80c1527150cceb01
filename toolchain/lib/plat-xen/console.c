/* The console: two rings in a page that this guest shares with the host. */
#include "platform.h"
#include <uk/plat.h>

#define IN_BYTES 1024u
#define OUT_BYTES 2048u
/* How long to wait for the host, once, before what it does not take is dropped: a host that has
 * stopped reading must not stop the guest. */
#define PATIENCE_NANOSECONDS 5000000000UL
#define LOOK_NANOSECONDS 1000000UL

struct console {
	char in[IN_BYTES], out[OUT_BYTES];
	/* Count on for ever; the place in a ring is the remainder. */
	uint32_t in_taken, in_given, out_taken, out_given;
};

static volatile struct console *console;
static uint32_t channel;
static bool is_stuck, is_within_line;

void uk_xen_console_init(void)
{
	channel = (uint32_t)uk_xen_parameter(UK_XEN_PARAMETER_CONSOLE_CHANNEL);
	console = (volatile struct console *)(uk_xen_parameter(UK_XEN_PARAMETER_CONSOLE_FRAME) *
					      UK_PAGE_SIZE);
}

static uint32_t waiting(void)
{
	return console->out_given - __atomic_load_n(&console->out_taken, __ATOMIC_ACQUIRE);
}

/* Waits until at most so many bytes have not been taken. */
static bool shrinks_to(uint32_t bytes)
{
	uint64_t deadline = uk_xen_clock() + PATIENCE_NANOSECONDS;

	while (waiting() > bytes) {
		if (is_stuck || uk_xen_clock() > deadline) {
			is_stuck = true;
			return false;
		}
		uk_xen_event_send(channel);
		uk_xen_sleep_until(uk_xen_clock() + LOOK_NANOSECONDS);
	}
	is_stuck = false;
	return true;
}

void uk_console_write(const char *bytes, size_t length)
{
	if (!console || !length)
		return;
	is_within_line = bytes[length - 1] != '\n';
	while (length) {
		uint32_t at = console->out_given;

		if (!shrinks_to(OUT_BYTES - 1))
			return;
		for (uint32_t room = OUT_BYTES - waiting(); room && length; room--, length--)
			console->out[at++ % OUT_BYTES] = *bytes++;
		__atomic_store_n(&console->out_given, at, __ATOMIC_RELEASE);
	}
	uk_xen_event_send(channel);
}

void uk_xen_console_drain(void)
{
	if (console)
		shrinks_to(0);
}

bool uk_xen_console_is_at_line_start(void)
{
	return !is_within_line;
}

/* Nothing to record: that uk_plat_wait() returns is enough, readers look themselves. */
static void arrived(void *unused)
{
	(void)unused;
}

size_t uk_console_read(char *bytes, size_t length)
{
	static bool is_set_up;
	uint32_t at = console->in_taken, end;
	size_t count = 0;

	if (!is_set_up) {
		is_set_up = true;
		uk_irq_register(channel, false, arrived, NULL);
	}
	end = __atomic_load_n(&console->in_given, __ATOMIC_ACQUIRE);
	while (count < length && at != end)
		bytes[count++] = console->in[at++ % IN_BYTES];
	if (count) {
		__atomic_store_n(&console->in_taken, at, __ATOMIC_RELEASE);
		uk_xen_event_send(channel); /* there is room again */
	}
	return count;
}
