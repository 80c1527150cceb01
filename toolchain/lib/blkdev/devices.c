/* The list of disks. */
#include <uk/blkdev.h>

static struct uk_blkdev *devices;

void uk_blkdev_add(struct uk_blkdev *device)
{
	struct uk_blkdev **link = &devices;

	while (*link != NULL)
		link = &(*link)->next;
	device->next = NULL;
	*link = device;
}

struct uk_blkdev *uk_blkdev_first(void)
{
	return devices;
}

/* Not strcmp(): there may be no libc. */
static bool same(const char *left, const char *right)
{
	while (*left != 0 && *left == *right)
		left++, right++;
	return *left == *right;
}

struct uk_blkdev *uk_blkdev_find(const char *name)
{
	struct uk_blkdev *device = devices;

	while (device != NULL && !same(device->name, name))
		device = device->next;
	return device;
}
