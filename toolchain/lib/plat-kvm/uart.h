/* Registers of the first serial port. */
#ifndef UK_KVM_UART_H
#define UK_KVM_UART_H

#define UART_DATA 0x3f8
#define UART_INTERRUPT_ENABLE 0x3f9
#define UART_INTERRUPT_RECEIVED 0x01
#define UART_INTERRUPT_LINE_STATUS 0x04
#define UART_FIFO_CONTROL 0x3fa
#define UART_FIFO_ENABLE 0x01
#define UART_FIFO_BYTES 16
#define UART_LINE_STATUS 0x3fd
#define UART_RECEIVED 0x01
#define UART_BREAK 0x10 /* reading it clears it */
#define UART_FIFO_EMPTY 0x20
#define UART_ALL_SENT 0x40
#define UART_ABSENT 0xff /* what a port without a device reads as */
#define UART_LINE 4

#include <stdint.h>

/* Reads the line's status; a break in it is not lost (console-input.c). */
uint8_t uk_kvm_line_status(void);

#endif
