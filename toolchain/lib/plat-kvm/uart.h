/* Registers of the first serial port. */
#ifndef UK_KVM_UART_H
#define UK_KVM_UART_H

#define UART_DATA 0x3f8
#define UART_INTERRUPT_ENABLE 0x3f9
#define UART_INTERRUPT_RECEIVED 0x01
#define UART_FIFO_CONTROL 0x3fa
#define UART_FIFO_ENABLE 0x01
#define UART_FIFO_BYTES 16
#define UART_LINE_STATUS 0x3fd
#define UART_RECEIVED 0x01
#define UART_FIFO_EMPTY 0x20
#define UART_ALL_SENT 0x40
#define UART_ABSENT 0xff /* what a port without a device reads as */
#define UART_LINE 4

#endif
