/*
 * System calls about whole file systems: their size, and making them durable.
 */
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <uk/syscalls.h>

static long describe(struct uk_filesystem *filesystem, struct statfs *status)
{
	if (filesystem && filesystem->ops->statfs)
		return filesystem->ops->statfs(filesystem, status);
	/* In memory: there is no room of its own. */
	*status = (struct statfs){.f_bsize = 4096, .f_frsize = 4096, .f_namelen = 255};
	return 0;
}

static long statfs_place(const struct place *place, void *status)
{
	struct stat exists;

	if (!place->filesystem->ops->stat)
		return -ENOSYS;
	long error = place->filesystem->ops->stat(place->filesystem, place->path, &exists, true);

	return error ? error : describe(place->filesystem, status);
}

long uk_sys_statfs(long path, long status)
{
	return uk_at_place(AT_FDCWD, (const char *)path, true, statfs_place, (void *)status);
}

long uk_sys_fstatfs(long descriptor, long status)
{
	struct uk_file *file = uk_fd_get((int)descriptor);

	return file ? describe(file->filesystem, (struct statfs *)status) : -EBADF;
}

long uk_sys_syncfs(long descriptor)
{
	struct uk_file *file = uk_fd_get((int)descriptor);

	if (!file)
		return -EBADF;
	if (!file->filesystem || !file->filesystem->ops->sync)
		return 0;
	return file->filesystem->ops->sync(file->filesystem);
}

static void sync(struct uk_filesystem *filesystem)
{
	if (filesystem->ops->sync)
		filesystem->ops->sync(filesystem);
}

long uk_sys_sync(void)
{
	uk_each_mounted(sync);
	return 0;
}
