/* How an interface comes to be: memory is lent, rings and an event channel are announced, and both
 * sides connect. */
#include "netfront.h"
#include <errno.h>
#include <string.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/xenbus.h>

#define MTU 1500
#define ADDRESS_TEXT 18 /* six pairs of digits with colons between, NUL */

/* Nothing to record: that uk_plat_wait() returns is enough, the poller looks itself. */
static void arrived(void *unused)
{
	(void)unused;
}

static unsigned digit(char character)
{
	if (character >= '0' && character <= '9')
		return (unsigned)(character - '0');
	character |= 0x20;
	return character >= 'a' && character <= 'f' ? (unsigned)(character - 'a' + 10) : 16;
}

static int read_address(const struct uk_xen_device *xen, uint8_t address[6])
{
	char text[ADDRESS_TEXT];

	if (uk_xenstore_read(xen->path, "mac", text, sizeof(text)) != ADDRESS_TEXT - 1)
		return -EINVAL;
	for (unsigned i = 0; i < 6; i++) {
		unsigned high = digit(text[3 * i]), low = digit(text[3 * i + 1]);

		if (high > 15 || low > 15)
			return -EINVAL;
		address[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* Lends pages one after the other; 0, or why not. */
static int lend(const struct uk_xen_device *xen, const char *pages, unsigned count, bool read_only,
		uint32_t *lent)
{
	for (unsigned i = 0; i < count; i++) {
		int number = uk_xen_lend(xen->domain, pages + i * UK_PAGE_SIZE, read_only);

		if (number < 0)
			return number;
		lent[i] = (uint32_t)number;
	}
	return 0;
}

static int lend_pages(const struct uk_xen_device *xen, struct netfront *device)
{
	int error;

	device->transmit_pages = uk_pages_alloc(PACKETS / 2, 1);
	device->receive_pages = uk_pages_alloc(PACKETS, 1);
	if (device->transmit_pages == NULL || device->receive_pages == NULL)
		return -ENOMEM;
	/* The host sees whole pages, also where a packet does not reach. */
	memset(device->transmit_pages, 0, PACKETS / 2 * UK_PAGE_SIZE);
	memset(device->receive_pages, 0, PACKETS * UK_PAGE_SIZE);
	error = lend(xen, device->transmit_pages, PACKETS / 2, true, device->transmit_lent);
	if (error == 0)
		error = lend(xen, device->receive_pages, PACKETS, false, device->receive_lent);
	return error;
}

/* A ring in a page of its own, and its number in the store. */
static int add_ring(const struct uk_xen_device *xen, struct uk_xen_ring *ring, const char *name,
		    uint32_t channel)
{
	void *page = uk_pages_alloc(1, 1);
	int lent;

	if (page == NULL)
		return -ENOMEM;
	memset(page, 0, UK_PAGE_SIZE);
	uk_xen_ring_init(ring, page, channel);
	lent = uk_xen_lend(xen->domain, page, false);
	return lent < 0 ? lent : uk_xenstore_write_number(xen->path, name, (uint64_t)lent);
}

/* What this driver does: it has packets copied to it, and wants an event when one has come. */
static int announce(const struct uk_xen_device *xen, uint32_t channel)
{
	int error = uk_xenstore_write_number(xen->path, "event-channel", channel);

	if (error == 0)
		error = uk_xenstore_write(xen->path, "request-rx-copy", "1");
	if (error == 0)
		error = uk_xenstore_write(xen->path, "feature-rx-notify", "1");
	return error;
}

static int start(const struct uk_xen_device *xen, struct netfront *device)
{
	long channel = uk_xen_event_new(xen->domain);
	int error = channel < 0 ? (int)channel : read_address(xen, device->netdev.address);

	if (error == 0)
		error = lend_pages(xen, device);
	if (error == 0)
		error = uk_xen_device_wait(xen, UK_XEN_STATE_READY);
	if (error == 0)
		error = add_ring(xen, &device->transmit, "tx-ring-ref", (uint32_t)channel);
	if (error == 0)
		error = add_ring(xen, &device->receive, "rx-ring-ref", (uint32_t)channel);
	if (error == 0)
		error = announce(xen, (uint32_t)channel);
	if (error == 0)
		error = uk_irq_register((unsigned)channel, false, arrived, NULL);
	if (error != 0)
		return error;
	for (uint16_t id = 0; id < PACKETS; id++) {
		device->free[device->free_count++] = id;
		uk_netfront_offer(device, id);
	}
	device->receive.shared->requests = device->receive.requests;
	error = uk_xen_device_set_state(xen, UK_XEN_STATE_CONNECTED);
	if (error == 0)
		error = uk_xen_device_wait(xen, UK_XEN_STATE_CONNECTED);
	/* The host may have looked before it was connected. */
	uk_xen_event_send((uint32_t)channel);
	return error;
}

static void probe(void)
{
	struct uk_xen_device xen;

	for (unsigned index = 0; uk_xen_device_get("vif", index, &xen); index++) {
		struct netfront *device = uk_zalloc(sizeof(*device));

		if (device == NULL)
			return;
		device->netdev.ops = &uk_netfront_ops;
		device->netdev.mtu = MTU;
		device->netdev.offload_checksum = true;
		device->netdev.receive_limit = PACKETS;
		if (start(&xen, device) != 0) {
			static const char message[] =
				"[unikernel] netfront: an interface could not be started\n";

			uk_console_write(message, sizeof(message) - 1);
			uk_xen_device_set_state(&xen, UK_XEN_STATE_CLOSING);
			continue;
		}
		uk_netdev_add(&device->netdev);
	}
}
UK_INIT(UK_STAGE_DEVICE, probe);
