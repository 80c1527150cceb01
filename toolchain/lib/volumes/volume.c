/*
 * From a disk to a mounted littlefs: its geometry, formatting an empty disk, growing with the
 * disk, and the lock.
 */
#include "volume.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>

/* littlefs reads something of every block to find free ones, so a large disk has large blocks.
 * The size is that of the disk when it was formatted. */
#define SMALL_BLOCK 4096u
#define MEDIUM_BLOCK 16384u
#define LARGE_BLOCK 65536u
#define SMALL_DISK (128ULL << 20)
#define MEDIUM_DISK (1ULL << 30)
static const uint32_t block_sizes[] = {SMALL_BLOCK, MEDIUM_BLOCK, LARGE_BLOCK};
#define BLOCK_SIZES (sizeof(block_sizes) / sizeof(*block_sizes))

/* Directories are logs that are read as a whole: they are to stay short in large blocks too. */
#define DIRECTORY_BYTES 8192u
#define BUFFER_BYTES 4096u /* littlefs's own, one more for each open file */
#define LOOKAHEAD_BYTES_MAX 8192u
#define BLOCKS_MIN 16u

/* Where others keep what tells their formats: the first and the last bytes. */
#define EMPTY_BYTES (1u << 20)
#define CHUNK_BYTES 65536u

/* In the last sector while a disk is being formatted, so that a loss of power meanwhile does not
 * leave one that is neither empty nor a volume. */
static const char formatting[] = "unikernel: being formatted";

void volume_lock(struct volume *volume)
{
	while (volume->locked)
		uk_wait(&volume->waiting, UINT64_MAX);
	volume->locked = true;
}

void volume_unlock(struct volume *volume)
{
	volume->locked = false;
	uk_wake(&volume->waiting, 1);
}

int volume_error(int error)
{
	switch (error) {
	case LFS_ERR_CORRUPT:
		return -EIO;
	case LFS_ERR_NOATTR:
		return -ENODATA;
	default: /* they are Linux's, except for these */
		return error;
	}
}

uint64_t volume_now(void)
{
	return uk_clock_realtime();
}

static struct volume *volume_of(const struct lfs_config *config)
{
	return config->context;
}

static uint64_t place(const struct lfs_config *config, lfs_block_t block, lfs_off_t offset)
{
	return (uint64_t)block * config->block_size + offset;
}

static int read_block(const struct lfs_config *config, lfs_block_t block, lfs_off_t offset,
		      void *buffer, lfs_size_t size)
{
	return volume_cache_read(&volume_of(config)->cache, place(config, block, offset), buffer, size);
}

static int write_block(const struct lfs_config *config, lfs_block_t block, lfs_off_t offset,
		       const void *buffer, lfs_size_t size)
{
	return volume_cache_write(&volume_of(config)->cache, place(config, block, offset), buffer, size);
}

/* Disks overwrite. */
static int erase_block(const struct lfs_config *config, lfs_block_t block)
{
	(void)config;
	(void)block;
	return 0;
}

static int sync_blocks(const struct lfs_config *config)
{
	return volume_cache_sync(&volume_of(config)->cache);
}

static uint64_t disk_bytes(const struct volume *volume)
{
	return volume->cache.disk->sectors * UK_SECTOR_SIZE;
}

static uint32_t blocks_of(const struct volume *volume, uint32_t block_size)
{
	uint64_t count = disk_bytes(volume) / block_size;

	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void set_geometry(struct volume *volume, uint32_t block_size)
{
	uint32_t lookahead = (blocks_of(volume, block_size) / 8 + 8) & ~7u;

	volume->config = (struct lfs_config){
		.context = volume,
		.read = read_block,
		.prog = write_block,
		.erase = erase_block,
		.sync = sync_blocks,
		.read_size = UK_SECTOR_SIZE,
		.prog_size = UK_SECTOR_SIZE,
		.block_size = block_size,
		.block_cycles = -1, /* disks level their wear themselves */
		.cache_size = BUFFER_BYTES,
		.lookahead_size = lookahead < LOOKAHEAD_BYTES_MAX ? lookahead
								   : LOOKAHEAD_BYTES_MAX,
		.metadata_max = block_size < DIRECTORY_BYTES ? block_size : DIRECTORY_BYTES,
	};
}

static bool is_zero(const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (data[i] != 0)
			return false;
	return true;
}

static int is_empty(struct volume *volume, char *chunk)
{
	uint64_t end = disk_bytes(volume);
	uint64_t tail = end > EMPTY_BYTES ? end - EMPTY_BYTES : 0;
	uint64_t offset = 0;

	while (offset < end) {
		size_t length = end - offset < CHUNK_BYTES ? (size_t)(end - offset) : CHUNK_BYTES;
		int error = uk_block_read(volume->cache.disk, offset / UK_SECTOR_SIZE, chunk,
					  length);

		if (error != 0)
			return error;
		if (!is_zero(chunk, length))
			return 0;
		offset += length;
		if (offset >= EMPTY_BYTES && offset < tail)
			offset = tail / UK_SECTOR_SIZE * UK_SECTOR_SIZE;
	}
	return 1;
}

static int read_marker(struct volume *volume, char *sector, bool *is_there)
{
	struct uk_blkdev *disk = volume->cache.disk;
	int error = uk_block_read(disk, disk->sectors - 1, sector, UK_SECTOR_SIZE);

	*is_there = error == 0 && memcmp(sector, formatting, sizeof(formatting)) == 0;
	return error;
}

static int write_marker(struct volume *volume, char *sector, bool is_there)
{
	struct uk_blkdev *disk = volume->cache.disk;

	memset(sector, 0, UK_SECTOR_SIZE);
	if (is_there)
		memcpy(sector, formatting, sizeof(formatting));
	int error = uk_block_write(disk, disk->sectors - 1, sector, UK_SECTOR_SIZE);

	return error != 0 ? error : uk_block_flush(disk);
}

static const char *format(struct volume *volume, char *sector)
{
	uint64_t bytes = disk_bytes(volume);
	uint32_t block_size = bytes <= SMALL_DISK	? SMALL_BLOCK
			      : bytes <= MEDIUM_DISK ? MEDIUM_BLOCK
						     : LARGE_BLOCK;

	if (volume->read_only)
		return "is empty, and may not be written to";
	if (blocks_of(volume, block_size) < BLOCKS_MIN)
		return "is too small for a file system (64 KiB)";
	set_geometry(volume, block_size);
	volume->config.block_count = blocks_of(volume, block_size);
	if (write_marker(volume, sector, true) != 0 ||
	    lfs_format(&volume->lfs, &volume->config) != 0 || volume_cache_sync(&volume->cache) != 0)
		return "could not be formatted";
	return NULL;
}

/* A block size at which littlefs finds itself; false when there is none. */
static bool mount(struct volume *volume)
{
	for (size_t i = 0; i < BLOCK_SIZES; i++) {
		set_geometry(volume, block_sizes[i]);
		if (lfs_mount(&volume->lfs, &volume->config) == 0)
			return true;
	}
	return false;
}

static const char *fit_to_disk(struct volume *volume)
{
	uint32_t blocks = blocks_of(volume, volume->config.block_size);
	struct lfs_fsinfo information;

	if (lfs_fs_stat(&volume->lfs, &information) != 0)
		return "cannot be read";
	if (information.block_count > blocks)
		return "is shorter than the file system on it; make it as large as it was";
	if (information.block_count < blocks && !volume->read_only &&
	    lfs_fs_grow(&volume->lfs, blocks) != 0)
		return "could not be grown";
	return NULL;
}

static const char *start(struct volume *volume, char *chunk)
{
	bool is_marked;

	if (read_marker(volume, chunk, &is_marked) != 0)
		return "cannot be read";
	if (!mount(volume)) {
		int empty = is_marked ? 1 : is_empty(volume, chunk);

		if (empty < 0)
			return "cannot be read";
		if (!empty)
			return "holds something that is no file system of a unikernel, or a "
			       "damaged one; it is left as it is";
		const char *problem = format(volume, chunk);

		if (problem != NULL)
			return problem;
		if (!mount(volume))
			return "cannot be mounted";
		is_marked = true;
	}
	if (is_marked && !volume->read_only && write_marker(volume, chunk, false) != 0)
		return "cannot be written";
	return fit_to_disk(volume);
}

const char *volume_start(struct volume *volume, struct uk_blkdev *disk, bool read_only)
{
	static dev_t last_number = 1; /* the file system in memory has 1 */
	char *chunk = uk_alloc(CHUNK_BYTES);

	volume->filesystem.ops = &volume_ops;
	volume->number = ++last_number;
	volume->read_only = read_only || disk->read_only;
	if (chunk == NULL ||
	    volume_cache_init(&volume->cache, disk, CONFIG_VOLUMES_CACHE_KIB * 1024) != 0)
		return "needs more memory than the guest has";
	if (disk->sectors == 0)
		return "is too small for a file system (64 KiB)";
	const char *problem = start(volume, chunk);

	uk_free(chunk);
	return problem;
}
