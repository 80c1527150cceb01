/* Message-signalled interrupts (MSI-X): the function writes a word to an address instead of
 * raising a line that others may share. PCI Local Bus 3.0, section 6.8.2. */
#include "pci.h"

#define CONTROL 2 /* offsets in the capability */
#define TABLE 4
#define CONTROL_ENABLE 0x8000u
#define CONTROL_MASK_ALL 0x4000u
#define TABLE_BAR 7u

struct message {
	uint32_t address_low, address_high, data, masked;
};

void pci_messages_enable(pci_function function, unsigned capability, unsigned entry,
			 uint64_t address, uint32_t data)
{
	uint32_t where = pci_read32(function, capability + TABLE);
	volatile struct message *table =
		(volatile void *)(pci_bar(function, where & TABLE_BAR) + (where & ~TABLE_BAR));
	uint16_t control = pci_read16(function, capability + CONTROL);

	table[entry].address_low = (uint32_t)address;
	table[entry].address_high = (uint32_t)(address >> 32);
	table[entry].data = data;
	table[entry].masked = 0;
	control = (uint16_t)((control | CONTROL_ENABLE) & ~CONTROL_MASK_ALL);
	pci_write16(function, capability + CONTROL, control);
}
