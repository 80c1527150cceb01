/* What the files of this platform need of each other. */
#ifndef UK_KVM_KVM_H
#define UK_KVM_KVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/x86.h>

/* interrupts.c: calls the handlers of a vector; set while there are any. */
extern void (*uk_kvm_dispatch)(unsigned vector);

/* console.c: waits until what was written has left the port. */
void uk_kvm_console_drain(void);

/* idle.S: waits for an interrupt, or only lets those in that are pending. */
void uk_kvm_idle(void);
void uk_kvm_take_pending(void);

/* clock.c */
void uk_kvm_clock_init(void);
/* Nanoseconds since 1970 when uk_clock_monotonic() was 0, from KVM; 0: KVM does not say. */
uint64_t uk_kvm_clock_wall_origin(void);

/* wait.c */
void uk_kvm_timer_fired(void);

/* irq.c */
bool uk_kvm_has_second_controller(void);

/* acpi.c: switches the machine off; comes back where its tables do not say how. */
void uk_kvm_acpi_init(const struct pvh_start_info *info);
void uk_kvm_acpi_power_off(void);

/* monitor.c */
void uk_kvm_monitor_init(const struct pvh_start_info *info);

/* Registers of the local interrupt controller. */
#define LAPIC(offset) (0xfee00000UL + (offset))
#define LAPIC_EOI LAPIC(0xb0)
#define LAPIC_SPURIOUS LAPIC(0xf0)
#define LAPIC_LVT_TIMER LAPIC(0x320)
#define LAPIC_LVT_LINT0 LAPIC(0x350)
#define LAPIC_TIMER_INITIAL LAPIC(0x380)
#define LAPIC_TIMER_CURRENT LAPIC(0x390)
#define LAPIC_TIMER_DIVIDE LAPIC(0x3e0)

#endif
