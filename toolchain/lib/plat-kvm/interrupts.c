/* The local interrupt controller: what silences, starts and ends interrupts; and the platform's
 * own start. */
#include "kvm.h"

#define FIRST_PIC_MASK 0x21
#define SECOND_PIC_MASK 0xa1
#define LVT_MASKED (1u << 16)
#define LAPIC_ENABLE 0x100u

void (*uk_kvm_dispatch)(unsigned vector);

static void interrupts_init(void)
{
	/* The legacy controllers would interrupt with the vectors of exceptions. */
	out8(FIRST_PIC_MASK, 0xff);
	out8(SECOND_PIC_MASK, 0xff);
	write_register(LAPIC_LVT_LINT0, LVT_MASKED);
	write_register(LAPIC_SPURIOUS, LAPIC_ENABLE | VECTOR_SPURIOUS);
}

void uk_x86_platform_init(const struct pvh_start_info *info)
{
	uk_kvm_monitor_init(info);
#ifdef CONFIG_PLAT_ACPI
	uk_kvm_acpi_init(info);
#endif
	interrupts_init();
	uk_kvm_clock_init();
}

void uk_x86_interrupt(unsigned vector)
{
	if (vector == VECTOR_TIMER)
		uk_kvm_timer_fired();
	else if (uk_kvm_dispatch)
		uk_kvm_dispatch(vector);
	write_register(LAPIC_EOI, 0);
}
