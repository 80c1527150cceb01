/* Configuration space of PCI functions, through the ports every PC has. */
#ifndef UK_VIRTIO_PCI_H
#define UK_VIRTIO_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_VENDOR 0x00
#define PCI_DEVICE 0x02
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 1
#define PCI_COMMAND_MEMORY 2
#define PCI_COMMAND_MASTER 4
#define PCI_COMMAND_NO_INTX 0x400
#define PCI_STATUS 0x06
#define PCI_STATUS_CAPABILITIES 0x10
#define PCI_CLASS 0x0a
#define PCI_CLASS_BRIDGE 0x0604
#define PCI_HEADER_TYPE 0x0e
#define PCI_HEADER_MULTIFUNCTION 0x80
#define PCI_BAR 0x10
#define PCI_BARS 6
#define PCI_SECONDARY_BUS 0x19
#define PCI_SUBSYSTEM 0x2e
#define PCI_CAPABILITIES 0x34
/* They have at least 4 bytes each, behind the header's 64: more are a loop. */
#define PCI_CAPABILITIES_MAX 48
#define PCI_INTERRUPT_LINE 0x3c
#define PCI_CAPABILITY_VENDOR 9
#define PCI_CAPABILITY_MESSAGES 17 /* MSI-X */

/* Bus, slot and function in the bits where the address port wants them. */
typedef uint32_t pci_function;

bool pci_exists(void);
uint8_t pci_read8(pci_function function, unsigned offset);
uint16_t pci_read16(pci_function function, unsigned offset);
uint32_t pci_read32(pci_function function, unsigned offset);
void pci_write32(pci_function function, unsigned offset, uint32_t value);
void pci_write16(pci_function function, unsigned offset, uint16_t value);
/* The address in a base-address register, memory or port; 0 when it has none. */
uintptr_t pci_bar(pci_function function, unsigned index);
/* Gives the function's memory registers addresses if no firmware did. 0 or -ENOSPC. */
int pci_assign(pci_function function);
/* Where in configuration space a capability is; 0 when there is none. */
unsigned pci_capability(pci_function function, uint8_t id);
/* Has the function send a message instead of raising its line: entry `entry` of its MSI-X
 * table, whose capability is at `capability`. */
void pci_messages_enable(pci_function function, unsigned capability, unsigned entry,
			 uint64_t address, uint32_t data);
/* Calls visit() for every function there is, behind bridges too. */
void pci_scan(void (*visit)(pci_function function));

static inline uint8_t port_in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint16_t port_in16(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline uint32_t port_in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline void port_out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
static inline void port_out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}
static inline void port_out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

#endif
