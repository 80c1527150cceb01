// A disk of which one sector cannot be read or written: the error reaches who asked, and
// nothing else is disturbed.
// machines: microvm pc
// disk: broken 1M failing=100
#include <errno.h>
#include <uk/blkdev.h>
#include <uk/check.h>

int uk_application(void)
{
	static uint8_t data[4096];
	struct uk_blkdev *disk = uk_blkdev_find("broken");

	uk_check(disk);
	for (unsigned round = 0; round < 3; round++) {
		uk_check(uk_block_read(disk, 100, data, 512) == -EIO);
		uk_check(uk_block_read(disk, 96, data, 4096) == -EIO);
		uk_check(uk_block_write(disk, 100, data, 512) == -EIO);
		uk_check(uk_block_write(disk, 200, data, 4096) == 0);
		uk_check(uk_block_read(disk, 0, data, 4096) == 0);
	}
	uk_check(uk_block_flush(disk) == 0);
	return uk_success();
}
