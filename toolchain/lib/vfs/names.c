/*
 * Names in directories: making, removing, renaming and linking them.
 */
#include "mode_mask.h"
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/syscalls.h>

static long mkdir_place(const struct place *place, void *argument)
{
	if (!place->filesystem->ops->mkdir)
		return -EPERM;
	return place->filesystem->ops->mkdir(place->filesystem, place->path, *(mode_t *)argument);
}

long uk_sys_mkdirat(long directory, long path, long mode)
{
	mode_t bits = (mode_t)mode & 01777 & ~uk_mode_mask;
	return uk_at_place((int)directory, (const char *)path, false, mkdir_place, &bits);
}

long uk_sys_mkdir(long path, long mode)
{
	return uk_sys_mkdirat(AT_FDCWD, path, mode);
}

static long unlink_place(const struct place *place, void *argument)
{
	bool directory = *(bool *)argument;
	if (!place->filesystem->ops->unlink)
		return -EPERM;
	if (place->directory && !directory)
		return -ENOTDIR;
	if (!*place->path) /* where it is mounted */
		return -EBUSY;
	return place->filesystem->ops->unlink(place->filesystem, place->path, directory);
}

long uk_sys_unlinkat(long directory, long path, long flags)
{
	bool remove_directory = flags & AT_REMOVEDIR;
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return uk_at_place((int)directory, (const char *)path, false, unlink_place,
			   &remove_directory);
}

long uk_sys_unlink(long path)
{
	return uk_sys_unlinkat(AT_FDCWD, path, 0);
}

long uk_sys_rmdir(long path)
{
	return uk_sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

struct renaming {
	int to_directory;
	const char *to;
	const struct place *from;
};

static long rename_to(const struct place *to, void *argument)
{
	const struct place *from = ((struct renaming *)argument)->from;
	if (to->filesystem != from->filesystem)
		return -EXDEV;
	if (!to->filesystem->ops->rename)
		return -EPERM;
	if (!*from->path || !*to->path)
		return -EBUSY;
	return to->filesystem->ops->rename(to->filesystem, from->path, to->path);
}

static long rename_from(const struct place *from, void *argument)
{
	struct renaming *renaming = argument;
	renaming->from = from;
	return uk_at_place(renaming->to_directory, renaming->to, false, rename_to, renaming);
}

long uk_sys_renameat(long from_directory, long from, long to_directory, long to)
{
	struct renaming renaming = {(int)to_directory, (const char *)to, NULL};
	return uk_at_place((int)from_directory, (const char *)from, false, rename_from, &renaming);
}

long uk_sys_rename(long from, long to)
{
	return uk_sys_renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* Without flags only: exchanging two names needs a file system's help. */
long uk_sys_renameat2(long from_directory, long from, long to_directory, long to, long flags)
{
	return flags ? -EINVAL : uk_sys_renameat(from_directory, from, to_directory, to);
}

static long symlink_place(const struct place *place, void *argument)
{
	if (!place->filesystem->ops->symlink)
		return -EPERM;
	if (place->directory)
		return -ENOENT;
	return place->filesystem->ops->symlink(place->filesystem, argument, place->path);
}

long uk_sys_symlinkat(long target, long directory, long path)
{
	if (!*(const char *)target)
		return -ENOENT;
	return uk_at_place((int)directory, (const char *)path, false, symlink_place,
			   (void *)target);
}

long uk_sys_symlink(long target, long path)
{
	return uk_sys_symlinkat(target, AT_FDCWD, path);
}

static long readlink_place(const struct place *place, void *argument)
{
	const struct iovec *buffer = argument;
	if (!place->filesystem->ops->readlink)
		return -EINVAL;
	return place->filesystem->ops->readlink(place->filesystem, place->path, buffer->iov_base,
						buffer->iov_len);
}

long uk_sys_readlinkat(long directory, long path, long buffer, long length)
{
	struct iovec result = {(void *)buffer, (size_t)length};
	if (length <= 0)
		return -EINVAL;
	return uk_at_place((int)directory, (const char *)path, false, readlink_place, &result);
}

long uk_sys_readlink(long path, long buffer, long length)
{
	return uk_sys_readlinkat(AT_FDCWD, path, buffer, length);
}

/* One file under several names, and special files, exist in none of these file systems. */
long uk_sys_linkat(long from_directory, long from, long to_directory, long to, long flags)
{
	(void)from_directory, (void)from, (void)to_directory, (void)to, (void)flags;
	return -EPERM;
}

long uk_sys_link(long from, long to)
{
	return uk_sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

long uk_sys_mknodat(long directory, long path, long mode, long device)
{
	(void)directory, (void)path, (void)mode, (void)device;
	return -EPERM;
}

long uk_sys_mknod(long path, long mode, long device)
{
	return uk_sys_mknodat(AT_FDCWD, path, mode, device);
}
