/*
 * Finds virtio devices on PCI and decides which of the two register layouts to use: the one
 * of virtio 1.0, described by capabilities, where there is one, else the legacy ports.
 */
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/virtio.h>
#include "virtio_pci.h"

#define VENDOR_VIRTIO 0x1af4
#define DEVICE_TRANSITIONAL_FIRST 0x1000
#define DEVICE_TRANSITIONAL_LAST 0x103f
#define DEVICE_MODERN_FIRST 0x1040
#define DEVICE_MODERN_LAST 0x107f

#define CAPABILITY_COMMON 1
#define CAPABILITY_NOTIFY 2
#define CAPABILITY_ISR 3
#define CAPABILITY_DEVICE 4

/* Finds the register blocks of virtio 1.0; false when one of them is missing. */
static bool find_blocks(pci_function function, struct virtio_pci_device *device)
{
	if (!(pci_read16(function, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return false;
	unsigned offset = pci_read8(function, PCI_CAPABILITIES) & 0xfc;

	for (unsigned walked = 0; offset != 0 && walked < PCI_CAPABILITIES_MAX; walked++) {
		uint8_t type = pci_read8(function, offset + 3);
		uint8_t bar = pci_read8(function, offset + 4);

		if (pci_read8(function, offset) == PCI_CAPABILITY_VENDOR && bar < PCI_BARS &&
		    !(pci_read32(function, PCI_BAR + 4u * bar) & 1)) {
			uintptr_t base = pci_bar(function, bar);
			uintptr_t block = base + pci_read32(function, offset + 8);

			/* The first of several with one type is the preferred one. */
			if (base == 0)
				block = 0;
			else if (type == CAPABILITY_COMMON && device->common == 0)
				device->common = block;
			else if (type == CAPABILITY_ISR && device->isr == 0)
				device->isr = block;
			else if (type == CAPABILITY_DEVICE && device->config == 0)
				device->config = block;
			else if (type == CAPABILITY_NOTIFY && device->notify == 0) {
				device->notify = block;
				device->notify_multiplier = pci_read32(function, offset + 16);
			}
		}
		offset = pci_read8(function, offset + 1) & 0xfc;
	}
	return device->common != 0 && device->isr != 0 && device->notify != 0;
}

static void visit(pci_function function)
{
	uint16_t id = pci_read16(function, PCI_DEVICE);

	if (pci_read16(function, PCI_VENDOR) != VENDOR_VIRTIO || id < DEVICE_TRANSITIONAL_FIRST ||
	    id > DEVICE_MODERN_LAST)
		return;
	struct virtio_pci_device *found = uk_zalloc(sizeof(*found));

	if (found == NULL)
		return;
	if (pci_assign(function) != 0) {
		uk_free(found);
		return;
	}
	uint16_t command = pci_read16(function, PCI_COMMAND);

	command |= PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	pci_write16(function, PCI_COMMAND, command & (uint16_t)~PCI_COMMAND_NO_INTX);
	found->device.id = id >= DEVICE_MODERN_FIRST ? id - DEVICE_MODERN_FIRST
						     : pci_read16(function, PCI_SUBSYSTEM);
	/* A firmware that routed the pin left the global interrupt number here. */
	found->device.interrupt_line = pci_read8(function, PCI_INTERRUPT_LINE);
	if (found->device.interrupt_line == 0)
		found->device.interrupt_line = UK_VIRTIO_NO_LINE;
	found->function = function;
	if (find_blocks(function, found)) {
		found->messages = pci_capability(function, PCI_CAPABILITY_MESSAGES);
		found->device.modern = true;
		found->device.transport = &virtio_pci_modern;
	} else if (id <= DEVICE_TRANSITIONAL_LAST && pci_read32(function, PCI_BAR) & 1) {
		found->port = (uint16_t)pci_bar(function, 0);
		found->device.transport = &virtio_pci_legacy;
	} else {
		uk_free(found);
		return;
	}
	uk_virtio_add(&found->device);
}

bool uk_virtio_pci_probe(void)
{
	if (!pci_exists())
		return false;
	pci_scan(visit);
	return true;
}
