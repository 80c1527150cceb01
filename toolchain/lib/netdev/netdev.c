/* The list of network interfaces. */
#include <uk/netdev.h>

static struct uk_netdev *devices;

void uk_netdev_add(struct uk_netdev *device)
{
	struct uk_netdev **link = &devices;

	while (*link != NULL)
		link = &(*link)->next;
	device->next = NULL;
	*link = device;
}

struct uk_netdev *uk_netdev_first(void)
{
	return devices;
}
