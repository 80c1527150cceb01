/*
 * What is known of a file by its path: stat, access, modes and times.
 */
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <uk/plat.h>
#include <uk/syscalls.h>
#include <unistd.h>

struct stat_request {
	struct stat *status;
	bool follow;
};

static long stat_place(const struct place *place, void *argument)
{
	const struct stat_request *request = argument;
	if (!place->filesystem->ops->stat)
		return -ENOSYS;
	int error = place->filesystem->ops->stat(place->filesystem, place->path, request->status,
						 request->follow || place->directory);
	if (!error && place->directory && !S_ISDIR(request->status->st_mode))
		return -ENOTDIR;
	return error;
}

static long stat_at(int directory, const char *path, long flags, struct stat *status)
{
	if (!*path && (flags & AT_EMPTY_PATH) && directory != AT_FDCWD)
		return uk_sys_fstat(directory, (long)status);
	if (!*path && (flags & AT_EMPTY_PATH))
		path = ".";
	struct stat_request request = {status, !(flags & AT_SYMLINK_NOFOLLOW)};
	return uk_at_place(directory, path, request.follow, stat_place, &request);
}

long uk_sys_stat(long path, long status)
{
	return stat_at(AT_FDCWD, (const char *)path, 0, (struct stat *)status);
}

long uk_sys_lstat(long path, long status)
{
	return stat_at(AT_FDCWD, (const char *)path, AT_SYMLINK_NOFOLLOW, (struct stat *)status);
}

long uk_sys_newfstatat(long directory, long path, long status, long flags)
{
	return stat_at((int)directory, (const char *)path, flags, (struct stat *)status);
}

/* Linux's structure, which musl keeps to itself. */
struct statx {
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t links, user, group;
	uint16_t mode, unused1;
	uint64_t inode, size, blocks, attributes_mask;
	struct {
		int64_t seconds;
		uint32_t nanoseconds, unused;
	} accessed, born, changed, modified;
	uint32_t special_major, special_minor, device_major, device_minor;
	uint64_t unused2[14];
};
#define BASIC_STATUS 0x7ffU

long uk_sys_statx(long directory, long path, long flags, long mask, long result)
{
	(void)mask;
	struct stat status;
	long error = stat_at((int)directory, (const char *)path, flags, &status);
	if (error)
		return error;
	struct statx *extended = (struct statx *)result;
	memset(extended, 0, sizeof(*extended));
	extended->mask = BASIC_STATUS;
	extended->block_size = (uint32_t)status.st_blksize;
	extended->links = (uint32_t)status.st_nlink;
	extended->mode = (uint16_t)status.st_mode;
	extended->inode = status.st_ino;
	extended->size = (uint64_t)status.st_size;
	extended->blocks = (uint64_t)status.st_blocks;
	extended->accessed.seconds = status.st_atim.tv_sec;
	extended->accessed.nanoseconds = (uint32_t)status.st_atim.tv_nsec;
	extended->changed.seconds = status.st_ctim.tv_sec;
	extended->changed.nanoseconds = (uint32_t)status.st_ctim.tv_nsec;
	extended->modified.seconds = status.st_mtim.tv_sec;
	extended->modified.nanoseconds = (uint32_t)status.st_mtim.tv_nsec;
	extended->special_major = major(status.st_rdev);
	extended->special_minor = minor(status.st_rdev);
	extended->device_major = major(status.st_dev);
	extended->device_minor = minor(status.st_dev);
	return 0;
}

/* The superuser reads and writes everything, and executes what anybody may. */
long uk_sys_faccessat2(long directory, long path, long mode, long flags)
{
	struct stat status;
	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	long error = stat_at((int)directory, (const char *)path,
			     flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH), &status);
	if (error)
		return error;
	if ((mode & X_OK) && !S_ISDIR(status.st_mode) && !(status.st_mode & 0111))
		return -EACCES;
	return 0;
}

long uk_sys_faccessat(long directory, long path, long mode)
{
	return uk_sys_faccessat2(directory, path, mode, 0);
}

long uk_sys_access(long path, long mode)
{
	return uk_sys_faccessat2(AT_FDCWD, path, mode, 0);
}

static long chmod_place(const struct place *place, void *argument)
{
	if (!place->filesystem->ops->chmod)
		return -EPERM;
	return place->filesystem->ops->chmod(place->filesystem, place->path, *(mode_t *)argument);
}

long uk_sys_fchmodat(long directory, long path, long mode)
{
	mode_t bits = (mode_t)mode & 07777;
	return uk_at_place((int)directory, (const char *)path, true, chmod_place, &bits);
}

long uk_sys_fchmod(long descriptor, long mode)
{
	struct uk_file *file = uk_fd_get((int)descriptor);
	if (!file)
		return -EBADF;
	return file->ops->chmod ? file->ops->chmod(file, (mode_t)mode & 07777) : -EPERM;
}

long uk_sys_chmod(long path, long mode)
{
	return uk_sys_fchmodat(AT_FDCWD, path, mode);
}

static long exists(const struct place *place, void *argument)
{
	struct stat status;
	struct stat_request request = {&status, *(bool *)argument};
	return stat_place(place, &request);
}

/* Everything belongs to user and group 0, and -1 leaves as it is; nobody else exists. */
static bool owner_stays(long user, long group)
{
	return ((int)user == 0 || (int)user == -1) && ((int)group == 0 || (int)group == -1);
}

long uk_sys_fchownat(long directory, long path, long user, long group, long flags)
{
	bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
	long error = uk_at_place((int)directory, (const char *)path, follow, exists, &follow);
	if (error)
		return error;
	return owner_stays(user, group) ? 0 : -EPERM;
}

long uk_sys_fchown(long descriptor, long user, long group)
{
	if (!uk_fd_get((int)descriptor))
		return -EBADF;
	return owner_stays(user, group) ? 0 : -EPERM;
}

long uk_sys_chown(long path, long user, long group)
{
	return uk_sys_fchownat(AT_FDCWD, path, user, group, 0);
}

long uk_sys_lchown(long path, long user, long group)
{
	return uk_sys_fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
}

static long utimens_place(const struct place *place, void *argument)
{
	if (!place->filesystem->ops->utimens)
		return -EPERM;
	return place->filesystem->ops->utimens(place->filesystem, place->path, argument);
}

long uk_sys_utimensat(long directory, long path, long times, long flags)
{
	struct timespec both[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
	if (times)
		memcpy(both, (const void *)times, sizeof(both));
	uint64_t now = uk_clock_realtime();
	for (int i = 0; i < 2; i++) {
		if (both[i].tv_nsec == UTIME_NOW)
			both[i] = (struct timespec){(time_t)(now / 1000000000),
						    (long)(now % 1000000000)};
		else if (both[i].tv_nsec != UTIME_OMIT &&
			 (both[i].tv_nsec < 0 || both[i].tv_nsec >= 1000000000))
			return -EINVAL;
	}
	if (path)
		return uk_at_place((int)directory, (const char *)path,
				   !(flags & AT_SYMLINK_NOFOLLOW), utimens_place, both);
	struct uk_file *file = uk_fd_get((int)directory); /* futimens() */
	if (!file)
		return -EBADF;
	return file->ops->utimens ? file->ops->utimens(file, both) : -EPERM;
}
