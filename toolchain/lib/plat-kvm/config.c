/* The guest's configuration arrives as the first PVH module. */
#include "kvm.h"
#include <uk/boot.h>

void uk_kvm_config_init(const struct pvh_start_info *info)
{
	const struct pvh_module *module = (const void *)info->modules;

	if (info->module_count)
		uk_boot_config_set((const char *)module->start, module->length);
}
