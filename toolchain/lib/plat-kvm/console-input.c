/*
 * Input from the first serial port, and the request to end: a break on its line. The port's few
 * bytes are emptied as they come, whether somebody reads them or not: else what nobody reads
 * would keep the break from getting here.
 */
#include "kvm.h"
#include "uart.h"
#include <uk/boot.h>
#include <uk/plat.h>

#define ROOM 256 /* a power of two */
/* A guest that never waits lets no interrupt in otherwise. To ask the port instead would leave to
 * the monitor, whose other thread may keep it waiting. */
#define CALLS_PER_INTERRUPTS 4096

static char received[ROOM];
static unsigned first, end; /* counted on for ever */
static bool skips_break;

uint8_t uk_kvm_line_status(void)
{
	uint8_t status = in8(UART_LINE_STATUS);

	/* A port that is not there has all bits set. */
	if (status & UART_BREAK && status != UART_ABSENT)
		uk_boot_is_asked_to_stop = skips_break = true;
	return status;
}

/* What arrives while there is no room is lost. */
static void arrived(void *unused)
{
	uint8_t status;

	(void)unused;
	while ((status = uk_kvm_line_status()) & UART_RECEIVED && status != UART_ABSENT) {
		char byte = (char)in8(UART_DATA);

		/* A break counts as a NUL among the bytes, too. */
		if (!byte && skips_break)
			skips_break = false;
		else if (end - first < ROOM)
			received[end++ % ROOM] = byte;
	}
}

static void set_up(void)
{
	static bool is_set_up;

	if (is_set_up)
		return;
	is_set_up = true;
	uk_irq_register(UART_LINE, false, arrived, NULL);
	out8(UART_INTERRUPT_ENABLE, UART_INTERRUPT_RECEIVED | UART_INTERRUPT_LINE_STATUS);
	/* What was there before makes no further interrupt. */
	arrived(NULL);
}

size_t uk_console_read(char *bytes, size_t length)
{
	size_t count = 0;

	set_up();
	while (count < length && first != end)
		bytes[count++] = received[first++ % ROOM];
	return count;
}

bool uk_plat_stop_requested(void)
{
	static unsigned calls;

	set_up();
	if (!uk_boot_is_asked_to_stop && ++calls % CALLS_PER_INTERRUPTS == 0)
		uk_kvm_take_pending();
	return uk_boot_is_asked_to_stop;
}
