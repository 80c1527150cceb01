/*
 * System calls on one open descriptor that do not move bytes: position, duplication, flags,
 * status, length.
 */
#include "descriptors.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <uk/syscalls.h>

/* What F_SETFL may change. */
#define SETTABLE (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

long uk_sys_close(long descriptor)
{
	return uk_fd_close((int)descriptor);
}

long uk_sys_lseek(long descriptor, long offset, long whence)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	if (!file->ops->seek)
		return -ESPIPE;
	return file->ops->seek(file, offset, (int)whence);
}

long uk_sys_fstat(long descriptor, long status)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	if (file->ops->stat)
		return file->ops->stat(file, (struct stat *)status);
	*(struct stat *)status = (struct stat){.st_mode = 0600, .st_nlink = 1, .st_blksize = 4096};
	return 0;
}

long uk_sys_ftruncate(long descriptor, long length)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	if (length < 0 || !file->ops->truncate || (file->flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	return file->ops->truncate(file, length);
}

/* Room is not set aside: a file only becomes as long as was asked. */
long uk_sys_fallocate(long descriptor, long mode, long offset, long length)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	struct stat status;
	if (!file)
		return -EBADF;
	if (offset < 0 || length <= 0 || (file->flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	if (mode || !file->ops->truncate || !file->ops->stat)
		return -EOPNOTSUPP;
	int error = file->ops->stat(file, &status);
	if (error || status.st_size >= offset + length)
		return error;
	return file->ops->truncate(file, offset + length);
}

long uk_sys_fsync(long descriptor)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	return file->ops->sync ? file->ops->sync(file) : -EINVAL;
}

long uk_sys_fdatasync(long descriptor)
{
	return uk_sys_fsync(descriptor);
}

/* Advice about a file's use: nothing here would act on it. */
long uk_sys_fadvise64(long descriptor, long offset, long length, long advice)
{
	(void)offset;
	(void)length;
	(void)advice;
	return uk_fd_get((int)descriptor) ? 0 : -EBADF;
}

/* Advisory locks exclude other processes, and there are none. */
long uk_sys_flock(long descriptor, long operation)
{
	(void)operation;
	return uk_fd_get((int)descriptor) ? 0 : -EBADF;
}

long uk_sys_ioctl(long descriptor, long request, long argument)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	switch ((unsigned)request) {
	case FIONBIO:
		if (*(int *)argument)
			file->flags |= O_NONBLOCK;
		else
			file->flags &= ~O_NONBLOCK;
		return 0;
	case FIOCLEX:
		uk_fd_set_close_on_exec((int)descriptor, true);
		return 0;
	case FIONCLEX:
		uk_fd_set_close_on_exec((int)descriptor, false);
		return 0;
	default:
		if (!file->ops->ioctl)
			return -ENOTTY;
		return file->ops->ioctl(file, (unsigned)request, (void *)argument);
	}
}

static long duplicate(struct uk_file *file, int minimum, bool close_on_exec)
{
	int descriptor = uk_fd_install(uk_file_hold(file), minimum, close_on_exec);
	if (descriptor < 0)
		uk_file_release(file);
	return descriptor;
}

long uk_sys_dup(long descriptor)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	return file ? duplicate(file, 0, false) : -EBADF;
}

static long duplicate_to(int descriptor, int target, bool close_on_exec)
{
	struct uk_file *file = uk_fd_get(descriptor);
	if (!file)
		return -EBADF;
	int result = uk_fd_replace(target, uk_file_hold(file), close_on_exec);
	if (result < 0)
		uk_file_release(file);
	return result;
}

long uk_sys_dup2(long descriptor, long target)
{
	if (descriptor == target)
		return uk_fd_get((int)descriptor) ? target : -EBADF;
	return duplicate_to((int)descriptor, (int)target, false);
}

long uk_sys_dup3(long descriptor, long target, long flags)
{
	if (descriptor == target || (flags & ~O_CLOEXEC))
		return -EINVAL;
	return duplicate_to((int)descriptor, (int)target, flags & O_CLOEXEC);
}

long uk_sys_fcntl(long descriptor, long command, long argument)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (argument < 0 || argument >= CONFIG_POSIX_DESCRIPTORS)
			return -EINVAL;
		return duplicate(file, (int)argument, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return uk_fd_close_on_exec((int)descriptor) ? FD_CLOEXEC : 0;
	case F_SETFD:
		uk_fd_set_close_on_exec((int)descriptor, argument & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return file->flags;
	case F_SETFL:
		file->flags = (file->flags & ~SETTABLE) | ((int)argument & SETTABLE);
		return 0;
	case F_GETLK:
		((struct flock *)argument)->l_type = F_UNLCK;
		return 0;
	case F_SETLK:
	case F_SETLKW: /* excludes other processes only, and there are none */
		return 0;
	default:
		return -EINVAL;
	}
}

long uk_sys_close_range(long first, long last, long flags)
{
	if ((unsigned long)first > (unsigned long)last || (flags & ~4L))
		return -EINVAL;
	for (long i = first; i < uk_fd_end() && i <= last; i++) {
		if (!uk_fd_get((int)i))
			continue;
		if (flags & 4) /* CLOSE_RANGE_CLOEXEC */
			uk_fd_set_close_on_exec((int)i, true);
		else
			uk_fd_close((int)i);
	}
	return 0;
}
