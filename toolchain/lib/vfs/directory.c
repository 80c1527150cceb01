/*
 * The current directory, and reading directories.
 */
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/syscalls.h>

long uk_sys_getcwd(long buffer, long length)
{
	const char *path = uk_current_directory();
	size_t needed = strlen(path) + 1;
	if ((size_t)length < needed)
		return -ERANGE;
	memcpy((void *)buffer, path, needed);
	return (long)needed;
}

static long enter(const struct place *place, void *unused)
{
	(void)unused;
	struct stat status;
	if (!place->filesystem->ops->stat)
		return -ENOSYS;
	int error = place->filesystem->ops->stat(place->filesystem, place->path, &status, true);
	if (error)
		return error;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	return uk_set_current_directory(place->absolute);
}

long uk_sys_chdir(long path)
{
	return uk_at_place(AT_FDCWD, (const char *)path, true, enter, NULL);
}

long uk_sys_fchdir(long descriptor)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	return file->path ? uk_set_current_directory(file->path) : -ENOTDIR;
}

long uk_sys_getdents64(long descriptor, long buffer, long length)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	if (!file->ops->getdents)
		return -ENOTDIR;
	return file->ops->getdents(file, (void *)buffer, (size_t)length);
}
