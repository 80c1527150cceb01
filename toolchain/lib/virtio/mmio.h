/* Between the memory-mapped transport and those who know where its registers are. */
#ifndef UK_VIRTIO_MMIO_H
#define UK_VIRTIO_MMIO_H

#include <stdint.h>

/* Announces the device whose registers are at `base`, if there is one. */
void uk_virtio_mmio_add(uintptr_t base, unsigned interrupt_line);

#endif
