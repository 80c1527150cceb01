// A disk that works: everything written is read back, in requests of every shape, from several
// threads at once, and by more requests than the ring has room for.
// machines: microvm microvm-acpi pc q35 xen linux
// virtio: legacy modern
// disk: first 8M
// disk: second 1M
#include <errno.h>
#include <stddef.h>
#include <uk/blkdev.h>
#include <uk/check.h>
#include <uk/mem.h>
#include <uk/sched.h>

#define MIB (1UL << 20)
#define PAGES(bytes) (((bytes) + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE)
#define THREADS 8
#define MANY 300 /* requests at once */

static struct uk_blkdev *disk;

static uint8_t byte_at(uint64_t offset, unsigned seed)
{
	return (uint8_t)(offset * 31 + (offset >> 9) * 7 + seed);
}

static void fill(uint8_t *data, size_t length, uint64_t offset, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		data[i] = byte_at(offset + i, seed);
}

static bool is_filled(const uint8_t *data, size_t length, uint64_t offset, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		if (data[i] != byte_at(offset + i, seed))
			return false;
	return true;
}

static void sizes(void)
{
	static const size_t lengths[] = {512, 1024, 4096, 65536, 3 * MIB + 512};
	uint8_t *data = uk_pages_alloc(PAGES(4 * MIB), 1);

	for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uint64_t sector = 7 + i;

		fill(data, lengths[i], 0, i);
		uk_check(uk_block_write(disk, sector, data, lengths[i]) == 0);
		fill(data, lengths[i], 0, i + 100);
		uk_check(uk_block_read(disk, sector, data, lengths[i]) == 0);
		uk_check(is_filled(data, lengths[i], 0, i));
	}
	uk_check(uk_block_flush(disk) == 0);
	uk_pages_free(data, PAGES(4 * MIB));
}

static void limits(void)
{
	static uint8_t data[1024];

	uk_check(disk->sectors == 8 * MIB / 512);
	uk_check(uk_block_write(disk, disk->sectors - 2, data, 1024) == 0);
	uk_check(uk_block_write(disk, disk->sectors - 1, data, 1024) < 0);
	uk_check(uk_block_read(disk, disk->sectors, data, 512) < 0);
	uk_check(uk_block_read(disk, UINT64_MAX, data, 512) < 0);
	uk_check(uk_block_read(disk, 0, data, 100) < 0);
	uk_check(uk_block_read(disk, 0, data, 0) == 0);
}

/* Requests that nobody has checked: an error, and the guest goes on. */
static void impossible(void)
{
	static uint8_t data[1024];
	uint64_t end = disk->sectors;

	for (int write = 0; write < 2; write++) {
		enum uk_block_operation operation = write ? UK_BLOCK_WRITE : UK_BLOCK_READ;

		uk_check(uk_block_run(disk, operation, end - 1, data, 512) == 0);
		uk_check(uk_block_run(disk, operation, end - 1, data, 1024) == -EIO);
		uk_check(uk_block_run(disk, operation, end, data, 512) == -EIO);
		uk_check(uk_block_run(disk, operation, UINT64_MAX / 512, data, 512) == -EIO);
		uk_check(uk_block_run(disk, operation, UINT64_MAX, data, 1024) == -EIO);
	}
}

static unsigned running;

static void worker(void *argument)
{
	unsigned number = (unsigned)(uintptr_t)argument;
	uint8_t *data = uk_pages_alloc(1, 1);

	for (unsigned round = 0; round < 20; round++) {
		uint64_t sector = 1000 + (number * 20 + round) * 8;

		fill(data, 4096, sector, number);
		uk_check(uk_block_write(disk, sector, data, 4096) == 0);
		uk_check(uk_block_read(disk, sector, data, 4096) == 0);
		uk_check(is_filled(data, 4096, sector, number));
	}
	uk_pages_free(data, 1);
	running--;
}

static void threads(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		uk_check(uk_thread_create(worker, (void *)(uintptr_t)i, NULL, 0, NULL, NULL));
		running++;
	}
	while (running > 0)
		uk_yield();
}

static unsigned unfinished;
static int worst;

static void done(struct uk_block_request *request, int result)
{
	(void)request;
	unfinished--;
	if (result != 0)
		worst = result;
}

/* More than the ring holds: the driver keeps the rest until there is room. */
static void many(void)
{
	static struct uk_block_request requests[MANY];
	uint8_t *data = uk_pages_alloc(PAGES(MANY * 512), 1);

	fill(data, MANY * 512, 0, 77);
	for (int write = 1; write >= 0; write--) {
		for (unsigned i = 0; i < MANY; i++) {
			requests[i] = (struct uk_block_request){
				.operation = write ? UK_BLOCK_WRITE : UK_BLOCK_READ,
				.sector = 3000 + i,
				.data = data + i * 512,
				.length = 512,
				.done = done,
			};
			unfinished++;
			disk->ops->submit(disk, &requests[i]);
		}
		while (unfinished > 0)
			uk_yield();
		uk_check(worst == 0);
		if (write)
			fill(data, MANY * 512, 0, 78);
	}
	uk_check(is_filled(data, MANY * 512, 0, 77));
	uk_pages_free(data, PAGES(MANY * 512));
}

int uk_application(void)
{
	static uint8_t sector[512];
	struct uk_blkdev *second = uk_blkdev_find("second");

	disk = uk_blkdev_find("first");
	uk_check(disk && second && disk != second && !uk_blkdev_find("third"));
	uk_check(second->sectors == MIB / 512 && !disk->read_only);
	sizes();
	limits();
	impossible();
	threads();
	many();
	/* Nothing of it went to the other one. */
	for (uint64_t i = 0; i < second->sectors; i += 500) {
		uk_check(uk_block_read(second, i, sector, 512) == 0);
		for (unsigned j = 0; j < 512; j++)
			uk_check(sector[j] == 0);
	}
	return uk_success();
}
