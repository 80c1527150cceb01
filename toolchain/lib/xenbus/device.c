/* Devices in the store: finding them, and the states of both sides. */
#include <errno.h>
#include <string.h>
#include <uk/plat.h>
#include <uk/xenbus.h>

#define NAMES_BYTES 1024
#define PATIENCE_NANOSECONDS 10000000000UL
#define LOOK_NANOSECONDS 1000000UL

bool uk_xen_device_get(const char *kind, unsigned index, struct uk_xen_device *device)
{
	char names[NAMES_BYTES], *path = device->path;
	int length = uk_xenstore_list("device", kind, names, sizeof(names));
	const char *name = names, *end = names + (length > 0 ? length : 0);
	uint64_t domain;

	if (length <= 0 || end[-1] != 0)
		return false;
	for (; name < end && index > 0; index--)
		name += strlen(name) + 1;
	if (name >= end ||
	    sizeof("device/") + strlen(kind) + 1 + strlen(name) > sizeof(device->path))
		return false;
	memcpy(path, "device/", 7);
	path += 7;
	memcpy(path, kind, strlen(kind));
	path += strlen(kind);
	*path++ = '/';
	memcpy(path, name, strlen(name) + 1);
	if (uk_xenstore_read(device->path, "backend", device->backend, sizeof(device->backend)) < 0 ||
	    uk_xenstore_read_number(device->path, "backend-id", &domain) < 0)
		return false;
	device->domain = (uint16_t)domain;
	return true;
}

int uk_xen_device_set_state(const struct uk_xen_device *device, unsigned state)
{
	return uk_xenstore_write_number(device->path, "state", state);
}

int uk_xen_device_wait(const struct uk_xen_device *device, unsigned wanted)
{
	uint64_t deadline = uk_clock_monotonic() + PATIENCE_NANOSECONDS, state;

	while (uk_clock_monotonic() < deadline) {
		int error = uk_xenstore_read_number(device->backend, "state", &state);

		if (error)
			return error;
		if (state >= UK_XEN_STATE_CLOSING)
			return -EIO;
		if (state >= wanted)
			return 0;
		uk_plat_wait(uk_clock_monotonic() + LOOK_NANOSECONDS);
	}
	return -ETIMEDOUT;
}
