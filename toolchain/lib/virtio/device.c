/* The list of devices, and the handshake between a device and its driver. */
#include <errno.h>
#include <uk/init.h>
#include <uk/plat.h>
#include <uk/virtio.h>

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8
#define STATUS_FAILED 128

/* A reset that takes longer than this has failed. */
#define RESET_LIMIT_NS 100000000ULL

static struct uk_virtio_device *devices;

void uk_virtio_add(struct uk_virtio_device *device)
{
	struct uk_virtio_device **link = &devices;

	while (*link != NULL)
		link = &(*link)->next;
	device->next = NULL;
	*link = device;
}

struct uk_virtio_device *uk_virtio_claim(uint32_t id)
{
	for (struct uk_virtio_device *device = devices; device != NULL; device = device->next) {
		if (device->id == id && !device->claimed) {
			device->claimed = true;
			return device;
		}
	}
	return NULL;
}

static int reset(struct uk_virtio_device *device)
{
	uint64_t deadline = uk_clock_monotonic() + RESET_LIMIT_NS;

	device->transport->set_status(device, 0);
	while (device->transport->status(device) != 0) {
		if (uk_clock_monotonic() > deadline)
			return -ETIMEDOUT;
	}
	return 0;
}

int uk_virtio_negotiate(struct uk_virtio_device *device, uint64_t wanted)
{
	const struct uk_virtio_transport *transport = device->transport;
	int error = reset(device);

	if (error != 0)
		return error;
	transport->set_status(device, STATUS_ACKNOWLEDGE);
	transport->set_status(device, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	if (device->modern)
		wanted |= UK_VIRTIO_F_VERSION_1;
	else
		wanted &= ~UK_VIRTIO_F_VERSION_1;
	device->features = transport->features(device) & wanted;
	if (device->modern && !(device->features & UK_VIRTIO_F_VERSION_1))
		return -EPROTO;
	transport->accept_features(device, device->features);
	if (device->modern) {
		uint8_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;

		transport->set_status(device, status);
		if (!(transport->status(device) & STATUS_FEATURES_OK))
			return -EPROTO;
	}
	return 0;
}

int uk_virtio_connect_line(struct uk_virtio_device *device, void (*handler)(void *))
{
	if (device->interrupt_line == UK_VIRTIO_NO_LINE)
		return -ENODEV;
	return uk_irq_register(device->interrupt_line, true, handler, device);
}

static void on_interrupt(void *argument)
{
	struct uk_virtio_device *device = argument;

	/* The line may be shared: a device that did not raise it reports no reason. */
	if (device->transport->acknowledge(device) != 0 && device->interrupt != NULL)
		device->interrupt(device);
}

int uk_virtio_ready(struct uk_virtio_device *device)
{
	int error = device->transport->connect(device, on_interrupt);

	if (error != 0)
		return error;
	device->transport->set_status(device,
				      device->transport->status(device) | STATUS_DRIVER_OK);
	return 0;
}

void uk_virtio_fail(struct uk_virtio_device *device)
{
	device->transport->set_status(device, STATUS_FAILED);
	device->transport->set_status(device, 0);
}

static void probe(void)
{
	/* A machine with PCI may have other devices' registers where microvm has transports. */
	if (!uk_virtio_pci_probe())
		uk_virtio_mmio_probe();
}
UK_INIT(UK_STAGE_BUS, probe);
