/* The configuration that the host handed to this guest. */
#include <uk/boot.h>
#include <uk/plat.h>

static const char signature[] = "unikernel-config/1";
static const char *config;
static size_t config_length;

void uk_boot_config_set(const char *bytes, size_t length)
{
	/* Readers rely on a NUL at the end: an entry that was cut off does not count. */
	while (length && bytes[length - 1])
		length--;
	if (length < sizeof(signature))
		return;
	for (size_t i = 0; i < sizeof(signature); i++)
		if (bytes[i] != signature[i])
			return;
	config = bytes;
	config_length = length;
}

const char *uk_boot_config(size_t *length)
{
	if (config)
		*length = config_length;
	return config;
}

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
