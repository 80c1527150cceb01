/* From the first C instruction to the library OS proper. */
#include <uk/boot.h>
#include <uk/init.h>
#include <uk/x86.h>

_Noreturn void uk_x86_boot(const struct pvh_start_info *info);

_Noreturn void uk_x86_boot(const struct pvh_start_info *info)
{
	/* Traps come first, so that a fault in what follows is reported. */
	uk_x86_traps_init();
	uk_canary_init();
	uk_x86_cpu_init();
	uk_x86_memory_init(info);
	uk_x86_config_init(info);
	uk_x86_paging_init();
	uk_x86_platform_init(info);
	uk_start();
}
