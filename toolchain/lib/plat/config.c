/* Looks a key up in the configuration that the host handed to this guest. */
#include <uk/plat.h>

const char *uk_boot_config_get(const char *key)
{
	size_t length;
	const char *entry = uk_boot_config(&length);

	if (!entry)
		return NULL;
	for (const char *end = entry + length; entry < end; entry++) {
		const char *wanted = key;

		while (*wanted && *entry == *wanted)
			entry++, wanted++;
		if (!*wanted && *entry == ':')
			return entry + 1;
		while (*entry) /* the platform has made sure that the last entry ends */
			entry++;
	}
	return NULL;
}
