/*
 * What drivers of this platform's devices (virtio over PCI and MMIO) need beyond uk/plat.h.
 *
 * Device registers below 4 GiB are mapped. A driver whose device has been placed above calls
 * uk_plat_protect(address, length, UK_PROT_READ | UK_PROT_WRITE) first.
 *
 * PCI interrupt pins: the number for uk_irq_register() is the byte at 0x3c of the function's
 * configuration space, level-triggered, on pc and q35 alike: the firmware has routed the pins
 * and written the outcome there, and both machines connect those lines to the I/O interrupt
 * controller too. Better are messages (MSI-X), see below.
 *
 * virtio-mmio: QEMU's microvm has transports at 0xfeb00000 + i * 0x200 (an absent one has
 * device id 0); other monitors (Firecracker) name theirs on the command line as
 * virtio_mmio.device=SIZE@ADDRESS:LINE.
 */
#ifndef UK_PLAT_KVM_H
#define UK_PLAT_KVM_H

#include <stdbool.h>
#include <stdint.h>

/* The line of microvm's virtio-mmio transport number i. Level-triggered: its handler
 * acknowledges, so that a state from before the registration is seen too. */
unsigned uk_kvm_mmio_line(unsigned transport);

/* What the monitor gave as command line; "" if nothing. */
const char *uk_kvm_command_line(void);

/*
 * For a library that runs code with interrupts on: the timer interrupts at the latest then. False
 * in the first milliseconds, while the timer may still be the clock; uk_kvm_settle_clock() waits
 * until they are over.
 */
bool uk_kvm_interrupt_by(uint64_t deadline);
void uk_kvm_settle_clock(void);

/*
 * Calls handler(argument) when the device writes *data to *address, as an MSI or MSI-X table
 * entry makes it do. Returns 0 or -ENOSPC.
 */
int uk_kvm_message_register(void (*handler)(void *argument), void *argument, uint64_t *address,
			    uint32_t *data);

#endif
