// expect: console "[unikernel] virtio: the devices of this machine are on PCI"
// machines: pc q35
/* An image without PCI says why it has no devices. */
#include <uk/check.h>

int uk_application(void)
{
	return 0;
}
