/* The guest's configuration arrives as the first PVH module. */
#include "kvm.h"
#include <uk/plat.h>

static const char signature[] = "unikernel-config/1";
static const char *config;
static size_t config_length;

void uk_kvm_config_init(const struct pvh_start_info *info)
{
	const struct pvh_module *module = (const void *)info->modules;

	if (!info->module_count)
		return;
	config = (const char *)module->start;
	config_length = module->length;
}

const char *uk_boot_config(size_t *length)
{
	/* Readers rely on a NUL at the end: an entry that was cut off does not count. */
	while (config_length && config[config_length - 1])
		config_length--;
	if (config_length < sizeof(signature))
		return NULL;
	for (size_t i = 0; i < sizeof(signature); i++)
		if (config[i] != signature[i])
			return NULL;
	*length = config_length;
	return config;
}
