/* The guest's configuration arrives as the first PVH module. */
#include <uk/boot.h>
#include <uk/x86.h>

void uk_x86_config_init(const struct pvh_start_info *info)
{
	const struct pvh_module *module = (const void *)info->modules;

	if (info->module_count)
		uk_boot_config_set((const char *)module->start, module->length);
}
