/* From the first C instruction to the library OS proper. */
#include "kvm.h"
#include <uk/boot.h>
#include <uk/init.h>
#include <uk/plat.h>

_Noreturn void uk_kvm_boot(const struct pvh_start_info *info);

_Noreturn void uk_kvm_boot(const struct pvh_start_info *info)
{
	/* Traps come first, so that a fault in what follows is reported. */
	uk_kvm_traps_init();
	uk_canary_init();
	uk_kvm_cpu_init();
	uk_kvm_memory_init(info);
	uk_kvm_config_init(info);
	uk_kvm_monitor_init(info);
#ifdef CONFIG_PLAT_ACPI
	uk_kvm_acpi_init(info);
#endif
	uk_kvm_paging_init();
	uk_kvm_interrupts_init();
	uk_kvm_clock_init();
	uk_start();
}
