/*
 * Makes a function's memory registers reachable. They get addresses on a machine whose firmware
 * left that to the guest, as QEMU's qboot does on pc and q35 (it starts in half the time of a
 * full BIOS); UEFI firmware likes to put them far above 4 GiB, where nothing is mapped yet.
 *
 * The sizes are found as PCI Local Bus 3.0, 6.2.5.1 says: the address bits that stay 0 when
 * all are set. I/O registers are left alone: only the legacy layout of virtio uses them.
 */
#include <errno.h>
#include <uk/plat.h>
#include "pci.h"

#define BAR_IO 1u
#define BAR_TYPE 6u
#define BAR_TYPE_64 4u
#define BAR_FLAGS 15u

/* Above all memory below 4 GiB on both machines, below microvm's devices and the interrupt
 * controllers. */
#define WINDOW_START 0xfe000000u
#define WINDOW_END 0xfeb00000u

static uint32_t next = WINDOW_START;

static uint32_t size_of(pci_function function, unsigned offset, uint32_t value)
{
	pci_write32(function, offset, UINT32_MAX);
	uint32_t mask = pci_read32(function, offset) & ~BAR_FLAGS;

	pci_write32(function, offset, value);
	return mask & -mask;
}

int pci_assign(pci_function function)
{
	for (unsigned bar = 0; bar < PCI_BARS; bar++) {
		unsigned offset = PCI_BAR + 4 * bar;
		uint32_t value = pci_read32(function, offset);

		if (value & BAR_IO)
			continue;
		bool is_wide = (value & BAR_TYPE) == BAR_TYPE_64;
		uint32_t high = is_wide ? pci_read32(function, offset + 4) : 0;

		if (high != 0) {
			uintptr_t address = (uintptr_t)high << 32 | (value & ~BAR_FLAGS);
			int error = uk_plat_protect(address, size_of(function, offset, value),
						    UK_PROT_READ | UK_PROT_WRITE);

			if (error != 0)
				return error;
		} else if ((value & ~BAR_FLAGS) == 0) {
			uint32_t size = size_of(function, offset, value);
			uint32_t start = (next + size - 1) & -size;

			if (size != 0) {
				if (size > WINDOW_END - WINDOW_START || start > WINDOW_END - size)
					return -ENOSPC;
				pci_write32(function, offset, start);
				next = start + size;
			}
		}
		bar += is_wide;
	}
	return 0;
}
