/* Output on the first serial port, a 16550. */
#include "kvm.h"
#include "uart.h"
#include <uk/plat.h>

/* How often to look whether the port can take more, before what it cannot take is dropped: a
 * host that does not read must not stop the guest. */
#define PATIENCE 100000

static bool is_set_up;
static unsigned patience = PATIENCE;

void uk_console_write(const char *bytes, size_t length)
{
	if (!is_set_up) {
		is_set_up = true;
		out8(UART_FIFO_CONTROL, UART_FIFO_ENABLE);
	}
	while (length) {
		size_t batch = length < UART_FIFO_BYTES ? length : UART_FIFO_BYTES;
		unsigned tries = patience;

		length -= batch;
		while (!(in8(UART_LINE_STATUS) & UART_FIFO_EMPTY))
			if (--tries == 0) {
				patience = 1; /* until the host reads again */
				return;
			}
		patience = PATIENCE;
		/* One instruction is one exit to the monitor. */
		__asm__ volatile("rep outsb"
				 : "+S"(bytes), "+c"(batch)
				 : "d"((uint16_t)UART_DATA)
				 : "memory");
	}
}
