/* Reads PCI configuration space and walks the buses. */
#include "pci.h"

#define ADDRESS_PORT 0xcf8
#define DATA_PORT 0xcfc
#define ENABLE 0x80000000u
#define NO_DEVICE 0xffff
#define BRIDGE_DEPTH_MAX 8

static void select(pci_function function, unsigned offset)
{
	port_out32(ADDRESS_PORT, ENABLE | function | (offset & 0xfc));
}

uint8_t pci_read8(pci_function function, unsigned offset)
{
	select(function, offset);
	return port_in8((uint16_t)(DATA_PORT + (offset & 3)));
}

uint16_t pci_read16(pci_function function, unsigned offset)
{
	select(function, offset);
	return port_in16((uint16_t)(DATA_PORT + (offset & 2)));
}

uint32_t pci_read32(pci_function function, unsigned offset)
{
	select(function, offset);
	return port_in32(DATA_PORT);
}

void pci_write16(pci_function function, unsigned offset, uint16_t value)
{
	select(function, offset);
	port_out16((uint16_t)(DATA_PORT + (offset & 2)), value);
}

void pci_write32(pci_function function, unsigned offset, uint32_t value)
{
	select(function, offset);
	port_out32(DATA_PORT, value);
}

bool pci_exists(void)
{
	/* The address register keeps what is written to it; empty ports read as ones. */
	port_out32(ADDRESS_PORT, ENABLE);
	return port_in32(ADDRESS_PORT) == ENABLE && pci_read16(0, PCI_VENDOR) != NO_DEVICE;
}

uintptr_t pci_bar(pci_function function, unsigned index)
{
	uint32_t low = pci_read32(function, PCI_BAR + 4 * index);

	if (low & 1)
		return low & ~3u;
	uintptr_t address = low & ~15u;

	if ((low & 6) == 4)
		address |= (uintptr_t)pci_read32(function, PCI_BAR + 4 * index + 4) << 32;
	return address;
}

unsigned pci_capability(pci_function function, uint8_t id)
{
	unsigned offset = 0;

	if (pci_read16(function, PCI_STATUS) & PCI_STATUS_CAPABILITIES)
		offset = pci_read8(function, PCI_CAPABILITIES) & 0xfc;
	for (unsigned walked = 0; offset != 0 && walked < PCI_CAPABILITIES_MAX; walked++) {
		if (pci_read8(function, offset) == id)
			return offset;
		offset = pci_read8(function, offset + 1) & 0xfc;
	}
	return 0;
}

static void scan_bus(unsigned bus, unsigned depth, void (*visit)(pci_function))
{
	for (unsigned slot = 0; slot < 32; slot++) {
		unsigned functions = 1;

		for (unsigned number = 0; number < functions; number++) {
			pci_function function = bus << 16 | slot << 11 | number << 8;

			if (pci_read16(function, PCI_VENDOR) == NO_DEVICE)
				continue;
			if (number == 0 &&
			    pci_read8(function, PCI_HEADER_TYPE) & PCI_HEADER_MULTIFUNCTION)
				functions = 8;
			visit(function);
			unsigned secondary = pci_read8(function, PCI_SECONDARY_BUS);

			if (pci_read16(function, PCI_CLASS) == PCI_CLASS_BRIDGE &&
			    secondary > bus && depth < BRIDGE_DEPTH_MAX)
				scan_bus(secondary, depth + 1, visit);
		}
	}
}

void pci_scan(void (*visit)(pci_function function))
{
	scan_bus(0, 0, visit);
}
