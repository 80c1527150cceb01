/*
 * Where QEMU's microvm has its memory-mapped transports. With ACPI they interrupt through a
 * second IOAPIC, one pin each; without it through a few pins of the first.
 */
#include <uk/virtio.h>
#include "mmio.h"

#define TRANSPORTS_BASE 0xfeb00000UL
#define TRANSPORT_SIZE 0x200UL

#define SECOND_IOAPIC 0xfec10000UL
#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_VERSION 1

static bool second_ioapic_exists(void)
{
	*(volatile uint32_t *)(SECOND_IOAPIC + IOAPIC_SELECT) = IOAPIC_VERSION;
	uint32_t version = *(volatile uint32_t *)(SECOND_IOAPIC + IOAPIC_WINDOW);

	/* Nothing there reads as all zeros or all ones. */
	return version != 0 && version != UINT32_MAX;
}

void uk_virtio_mmio_probe(void)
{
	bool second = second_ioapic_exists();
	unsigned count = second ? 24 : 8;
	unsigned first_line = second ? 24 : 5;

	for (unsigned i = 0; i < count; i++)
		uk_virtio_mmio_add(TRANSPORTS_BASE + i * TRANSPORT_SIZE, first_line + i);
}
