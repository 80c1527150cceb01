/* On a processor without RDSEED and RDRAND the numbers come from the device, and differ. */
// machines: microvm
// processor: qemu64
// qemu: -global virtio-mmio.force-legacy=false -device virtio-rng-device
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/random.h>

int uk_application(void)
{
	uint64_t value, numbers[8] = {0};

	uk_check(!uk_plat_entropy(&value));
	uk_random(numbers, sizeof(numbers));
	for (unsigned i = 0; i < 8; i++) {
		uk_check(numbers[i]);
		for (unsigned k = 0; k < i; k++)
			uk_check(numbers[i] != numbers[k]);
	}
	return uk_success();
}
