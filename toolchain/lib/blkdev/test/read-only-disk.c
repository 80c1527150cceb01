// A disk that may only be read says so before anything is tried.
// machines: microvm pc xen linux
// virtio: legacy modern
// disk: fixed 1M read-only
#include <errno.h>
#include <uk/blkdev.h>
#include <uk/check.h>

int uk_application(void)
{
	static uint8_t data[512] = {1};
	struct uk_blkdev *disk = uk_blkdev_find("fixed");

	uk_check(disk && disk->read_only);
	uk_check(uk_block_write(disk, 0, data, 512) == -EROFS);
	/* Asked of the driver itself, too. */
	uk_check(uk_block_run(disk, UK_BLOCK_WRITE, 0, data, 512) == -EIO);
	uk_check(uk_block_flush(disk) == 0);
	uk_check(uk_block_read(disk, 0, data, 512) == 0 && data[0] == 0);
	return uk_success();
}
