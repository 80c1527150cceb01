/* Where QEMU's microvm has its memory-mapped transports, a fixed row, most of them empty. */
#include <uk/plat-kvm.h>
#include <uk/virtio.h>
#include "mmio.h"

#define TRANSPORTS_BASE 0xfeb00000UL
#define TRANSPORT_SIZE 0x200UL
/* As many as every variant of the machine has: 8 without ACPI, 24 with it. */
#define TRANSPORTS 8
#define TRANSPORTS_WITH_ACPI 24
#define FIRST_LINE_WITH_ACPI 24

void uk_virtio_mmio_probe(void)
{
	unsigned count = uk_kvm_mmio_line(0) >= FIRST_LINE_WITH_ACPI ? TRANSPORTS_WITH_ACPI
								      : TRANSPORTS;

	for (unsigned i = 0; i < count; i++)
		uk_virtio_mmio_add(TRANSPORTS_BASE + i * TRANSPORT_SIZE, uk_kvm_mmio_line(i));
}
