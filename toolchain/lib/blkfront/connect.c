/*
 * How a disk comes to be: memory is lent, the ring and an event channel are announced, and both
 * sides connect. Xen calls disks xvda, xvdb, …; the guest's configuration says what each is called
 * here, in entries disk:xvda=NAME.
 */
#include "blkfront.h"
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/xenbus.h>

#define INFO_READ_ONLY 4
#define KEY "disk:"

/* Nothing to record: that uk_plat_wait() returns is enough, the poller looks itself. */
static void arrived(void *unused)
{
	(void)unused;
}

static int lend_pages(const struct uk_xen_device *xen, struct blkfront *device)
{
	device->pages = uk_pages_alloc(PAGES, 1);
	if (device->pages == NULL)
		return -ENOMEM;
	/* The host sees all of it. */
	memset(device->pages, 0, PAGES * UK_PAGE_SIZE);
	for (unsigned i = 0; i < PAGES; i++) {
		int lent = uk_xen_lend(xen->domain, device->pages + i * UK_PAGE_SIZE, false);

		if (lent < 0)
			return lent;
		device->lent[i] = (uint32_t)lent;
		device->free[device->free_count++] = (uint16_t)i;
	}
	return 0;
}

static int add_ring(const struct uk_xen_device *xen, struct blkfront *device)
{
	void *page = uk_pages_alloc(1, 1);
	long channel = uk_xen_event_new(xen->domain);
	int lent, error;

	if (page == NULL || channel < 0)
		return page == NULL ? -ENOMEM : (int)channel;
	memset(page, 0, UK_PAGE_SIZE);
	uk_xen_ring_init(&device->ring, page, (uint32_t)channel);
	lent = uk_xen_lend(xen->domain, page, false);
	if (lent < 0)
		return lent;
	error = uk_xenstore_write_number(xen->path, "ring-ref", (uint64_t)lent);
	if (error == 0)
		error = uk_xenstore_write_number(xen->path, "event-channel", (uint64_t)channel);
	if (error == 0)
		error = uk_xenstore_write(xen->path, "protocol", "x86_64-abi");
	return error ? error : uk_irq_register((unsigned)channel, false, arrived, NULL);
}

/* The name that the configuration has for one of Xen's, or that one. */
static void set_name(struct blkfront *device, const char *name)
{
	size_t length, name_length = strlen(name), key_length = sizeof(KEY) - 1;
	const char *entry = uk_boot_config(&length), *end = entry + length;

	for (; entry != NULL && entry < end; entry += strlen(entry) + 1)
		if (strlen(entry) > key_length + name_length &&
		    memcmp(entry, KEY, key_length) == 0 &&
		    memcmp(entry + key_length, name, name_length) == 0 &&
		    entry[key_length + name_length] == '=') {
			name = entry + key_length + name_length + 1;
			break;
		}
	length = strlen(name);
	if (length < sizeof(device->blkdev.name))
		memcpy(device->blkdev.name, name, length);
}

/* What the host tells once it is connected. */
static int read_geometry(const struct uk_xen_device *xen, struct blkfront *device)
{
	uint64_t info = 0, flush = 0;
	char name[24];
	int error = uk_xenstore_read_number(xen->backend, "sectors", &device->blkdev.sectors);

	if (error == 0)
		error = uk_xenstore_read_number(xen->backend, "info", &info);
	if (error != 0)
		return error;
	/* A host that does not say has no cache. */
	(void)uk_xenstore_read_number(xen->backend, "feature-flush-cache", &flush);
	device->has_flush = flush == 1;
	device->blkdev.read_only = (info & INFO_READ_ONLY) != 0;
	if (uk_xenstore_read(xen->backend, "dev", name, sizeof(name)) > 0)
		set_name(device, name);
	return 0;
}

static int start(const struct uk_xen_device *xen, struct blkfront *device)
{
	uint64_t number;
	int error = uk_xenstore_read_number(xen->path, "virtual-device", &number);

	if (error == 0)
		error = lend_pages(xen, device);
	if (error == 0)
		error = uk_xen_device_wait(xen, UK_XEN_STATE_READY);
	if (error == 0)
		error = add_ring(xen, device);
	if (error == 0)
		error = uk_xen_device_set_state(xen, UK_XEN_STATE_OFFERED);
	if (error == 0)
		error = uk_xen_device_wait(xen, UK_XEN_STATE_CONNECTED);
	if (error == 0)
		error = read_geometry(xen, device);
	if (error != 0)
		return error;
	device->handle = (uint16_t)number;
	uk_blkfront_start(device);
	return uk_xen_device_set_state(xen, UK_XEN_STATE_CONNECTED);
}

static void probe(void)
{
	struct uk_xen_device xen;

	for (unsigned index = 0; uk_xen_device_get("vbd", index, &xen); index++) {
		struct blkfront *device = uk_zalloc(sizeof(*device));

		if (device == NULL)
			return;
		if (start(&xen, device) != 0) {
			static const char message[] =
				"[unikernel] blkfront: a disk could not be started\n";

			uk_console_write(message, sizeof(message) - 1);
			uk_xen_device_set_state(&xen, UK_XEN_STATE_CLOSING);
			continue;
		}
		uk_blkdev_add(&device->blkdev);
	}
}
UK_INIT(UK_STAGE_DEVICE, probe);
