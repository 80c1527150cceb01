/* Input from the first serial port. */
#include "kvm.h"
#include "uart.h"
#include <uk/plat.h>

/* Nothing to record: that uk_plat_wait() returns is enough, readers look themselves. */
static void arrived(void *unused)
{
	(void)unused;
}

size_t uk_console_read(char *bytes, size_t length)
{
	static bool is_set_up;
	size_t count = 0;

	if (!is_set_up) {
		is_set_up = true;
		uk_irq_register(UART_LINE, false, arrived, NULL);
		out8(UART_INTERRUPT_ENABLE, UART_INTERRUPT_RECEIVED);
	}
	while (count < length) {
		uint8_t status = in8(UART_LINE_STATUS);

		if (!(status & UART_RECEIVED) || status == UART_ABSENT)
			break;
		bytes[count++] = (char)in8(UART_DATA);
	}
	return count;
}
