/* Takes the place of devices on PCI in an image that is to find none there. */
#include <uk/plat.h>
#include <uk/virtio.h>
#include "pci.h"

bool uk_virtio_pci_probe(void)
{
	static const char message[] = "[unikernel] virtio: the devices of this machine are on PCI, "
				      "which the image leaves out (VIRTIO_PCI)\n";

	if (!pci_exists())
		return false;
	uk_console_write(message, sizeof(message) - 1);
	return true;
}
