/* Devices that the host offers to this guest. A driver finds them, tells its counterpart of rings
 * and event channels through the store, and both say in states how far they are. */
#ifndef UK_XENBUS_H
#define UK_XENBUS_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/xenstore.h>

struct uk_xen_device {
	char path[48];			    /* this guest's part in the store */
	char backend[UK_XENSTORE_PATH_MAX]; /* the host's part */
	uint16_t domain;		    /* where the counterpart is */
};

/* Number `index` of the devices of a kind (vif, vbd); false: there are no more. */
bool uk_xen_device_get(const char *kind, unsigned index, struct uk_xen_device *device);

#define UK_XEN_STATE_READY 2 /* waits for the other side */
#define UK_XEN_STATE_OFFERED 3
#define UK_XEN_STATE_CONNECTED 4
#define UK_XEN_STATE_CLOSING 5
int uk_xen_device_set_state(const struct uk_xen_device *device, unsigned state);
/* Waits until the host's side has come so far: 0, -EIO when it has given up, -ETIMEDOUT. */
int uk_xen_device_wait(const struct uk_xen_device *device, unsigned state);

/* Lends a page to another domain for ever; the number that tells which, or -ENOSPC. */
int uk_xen_lend(uint16_t domain, const void *page, bool read_only);

#endif
