/*
 * /dev: null, zero, full, random, urandom, and the console under its names.
 */
#include "console.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/random.h>

static ssize_t read_nothing(struct uk_file *file, const struct iovec *vectors, int count,
			    off_t *offset)
{
	(void)file, (void)vectors, (void)count, (void)offset;
	return 0;
}

static ssize_t read_filled(const struct iovec *vectors, int count,
			   void (*fill)(void *bytes, size_t length))
{
	ssize_t total = 0;
	for (int i = 0; i < count; i++) {
		fill(vectors[i].iov_base, vectors[i].iov_len);
		total += (ssize_t)vectors[i].iov_len;
	}
	return total;
}

static void fill_with_zeros(void *bytes, size_t length)
{
	memset(bytes, 0, length);
}

static ssize_t read_zeros(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	(void)file, (void)offset;
	return read_filled(vectors, count, fill_with_zeros);
}

static ssize_t read_random(struct uk_file *file, const struct iovec *vectors, int count,
			   off_t *offset)
{
	(void)file, (void)offset;
	return read_filled(vectors, count, uk_random);
}

static ssize_t write_away(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	(void)file, (void)offset;
	ssize_t total = 0;
	for (int i = 0; i < count; i++)
		total += (ssize_t)vectors[i].iov_len;
	return total;
}

static ssize_t write_nowhere(struct uk_file *file, const struct iovec *vectors, int count,
			     off_t *offset)
{
	(void)file, (void)vectors, (void)count, (void)offset;
	return -ENOSPC;
}

static off_t seek_nowhere(struct uk_file *file, off_t offset, int whence)
{
	(void)file, (void)offset, (void)whence;
	return 0;
}

static int device_stat(struct uk_file *file, struct stat *status);

static void device_release(struct uk_file *file)
{
	uk_free(file);
}

#define DEVICE(reading, writing)                                                                   \
	{                                                                                          \
		.read = reading, .write = writing, .seek = seek_nowhere, .stat = device_stat,      \
		.release = device_release                                                          \
	}

static const struct device {
	const char *name;
	unsigned number; /* Linux's minor; the major is 1, memory devices */
	struct uk_file_ops ops;
} devices[] = {
	{"null", 3, DEVICE(read_nothing, write_away)},
	{"zero", 5, DEVICE(read_zeros, write_away)},
	{"full", 7, DEVICE(read_zeros, write_nowhere)},
	{"random", 8, DEVICE(read_random, write_away)},
	{"urandom", 9, DEVICE(read_random, write_away)},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static void describe(const struct device *device, struct stat *status)
{
	*status = (struct stat){
		.st_dev = 6, /* unlike a mounted file system's */
		.st_ino = 100 + device->number,
		.st_mode = S_IFCHR | 0666,
		.st_nlink = 1,
		.st_rdev = 1 << 8 | device->number,
		.st_blksize = 4096,
	};
}

static int device_stat(struct uk_file *file, struct stat *status)
{
	for (size_t i = 0; i < DEVICES; i++)
		if (file->ops == &devices[i].ops)
			describe(&devices[i], status);
	return 0;
}

static const struct device *find(const char *name)
{
	for (size_t i = 0; i < DEVICES; i++)
		if (!strcmp(name, devices[i].name))
			return &devices[i];
	return NULL;
}

static bool is_console(const char *name)
{
	return !strcmp(name, "console") || !strcmp(name, "tty") || !strcmp(name, "stdin") ||
	       !strcmp(name, "stdout") || !strcmp(name, "stderr");
}

static int open_device(struct uk_filesystem *filesystem, const char *path, int flags, mode_t mode,
		       struct uk_file **result)
{
	(void)filesystem, (void)mode;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (is_console(path)) {
		*result = uk_file_hold(&uk_console_file);
		return 0;
	}
	const struct device *device = find(path);
	if (!device)
		return *path ? -ENOENT : -EISDIR;
	struct uk_file *file = uk_alloc(sizeof(*file));
	if (!file)
		return -ENOMEM;
	uk_file_init(file, &device->ops, flags);
	*result = file;
	return 0;
}

static int stat_device(struct uk_filesystem *filesystem, const char *path, struct stat *status,
		       bool follow)
{
	(void)filesystem, (void)follow;
	if (!*path) {
		*status = (struct stat){
			.st_dev = 6, .st_ino = 1, .st_mode = S_IFDIR | 0755, .st_nlink = 2};
		return 0;
	}
	if (is_console(path))
		return uk_console_file.ops->stat(&uk_console_file, status);
	const struct device *device = find(path);
	if (!device)
		return -ENOENT;
	describe(device, status);
	return 0;
}

static const struct uk_filesystem_ops ops = {.open = open_device, .stat = stat_device};
static struct uk_filesystem filesystem = {&ops};
UK_MOUNT(devices, "/dev", &filesystem);
