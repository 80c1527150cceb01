/* From the first C instruction to the library OS proper. */
#include "linux.h"
#include <uk/boot.h>
#include <uk/init.h>
#include <uk/plat.h>

struct uk_tender_boot *uk_linux_boot;

_Noreturn void uk_linux_start(struct uk_tender_boot *boot);

_Noreturn void uk_linux_start(struct uk_tender_boot *boot)
{
	uk_linux_boot = boot;
	if (boot->version != UK_TENDER_VERSION)
		uk_plat_exit(125);
	uk_canary_init();
	uk_boot_config_set((const char *)boot->config_start, boot->config_bytes);
	uk_start();
}
