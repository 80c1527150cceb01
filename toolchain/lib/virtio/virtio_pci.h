/* What the two register layouts of virtio on PCI share. */
#ifndef UK_VIRTIO_PCI_LAYOUTS_H
#define UK_VIRTIO_PCI_LAYOUTS_H

#include <uk/virtio.h>
#include "pci.h"

struct virtio_pci_device {
	struct uk_virtio_device device;
	uintptr_t common, isr, notify, config; /* register blocks of virtio 1.0 */
	uint32_t notify_multiplier;
	pci_function function;
	unsigned messages; /* where in configuration space the MSI-X capability is; 0: none */
	uint16_t port; /* the legacy registers */
};

extern const struct uk_virtio_transport virtio_pci_modern, virtio_pci_legacy;

#endif
