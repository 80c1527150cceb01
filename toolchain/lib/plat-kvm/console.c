/* Output on the first serial port, a 16550. */
#include "kvm.h"
#include "uart.h"
#include <uk/plat.h>

/* How long to wait for the port, once, before what it cannot take is dropped: a host that has
 * stopped reading must not stop the guest. */
#define PATIENCE_NANOSECONDS 5000000000UL

static bool is_set_up, is_stuck;

static bool becomes(uint8_t status)
{
	uint64_t deadline;

	if (uk_kvm_line_status() & status) {
		is_stuck = false;
		return true;
	}
	if (is_stuck)
		return false;
	deadline = uk_clock_monotonic() + PATIENCE_NANOSECONDS;
	while (!(uk_kvm_line_status() & status))
		if (uk_clock_monotonic() > deadline) {
			is_stuck = true;
			return false;
		}
	return true;
}

void uk_console_write(const char *bytes, size_t length)
{
	if (!is_set_up) {
		is_set_up = true;
		out8(UART_FIFO_CONTROL, UART_FIFO_ENABLE);
	}
	while (length) {
		size_t batch = length < UART_FIFO_BYTES ? length : UART_FIFO_BYTES;

		length -= batch;
		if (!becomes(UART_FIFO_EMPTY))
			return;
		/* One instruction is one exit to the monitor. */
		__asm__ volatile("rep outsb"
				 : "+S"(bytes), "+c"(batch)
				 : "d"((uint16_t)UART_DATA)
				 : "memory");
	}
}

void uk_kvm_console_drain(void)
{
	if (is_set_up)
		becomes(UART_ALL_SENT);
}
