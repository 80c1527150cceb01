/*
 * open and its relatives: from a path to a descriptor.
 */
#include "mode_mask.h"
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/syscalls.h>

struct request {
	int flags;
	mode_t mode;
	struct uk_file *file;
};

static long open_place(const struct place *place, void *argument)
{
	struct request *request = argument;
	if (!place->filesystem->ops->open)
		return -ENOSYS;
	int flags = request->flags;
	if (place->directory) {
		if (flags & O_CREAT)
			return -EISDIR;
		flags |= O_DIRECTORY;
	}
	int error = place->filesystem->ops->open(place->filesystem, place->path, flags,
						 request->mode, &request->file);
	if (error)
		return error;
	request->file->filesystem = place->filesystem;
	if (!request->file->ops->getdents || request->file->path)
		return 0;
	/* A directory remembers where it is, for openat() and fchdir(). */
	char *copy = uk_alloc(strlen(place->absolute) + 1);
	if (!copy) {
		uk_file_release(request->file);
		return -ENOMEM;
	}
	request->file->path = strcpy(copy, place->absolute);
	return 0;
}

/* Opens without a descriptor. */
static long open_file(int directory, const char *path, long flags, long mode, struct uk_file **file)
{
	struct request request = {(int)flags, (mode_t)mode & 07777 & ~uk_mode_mask, NULL};
	/* O_EXCL creates or fails, also where a link stands. */
	bool follow = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	long error = uk_at_place(directory, path, follow, open_place, &request);
	*file = request.file;
	return error;
}

long uk_sys_openat(long directory, long path, long flags, long mode)
{
	struct uk_file *file;
	long error = open_file((int)directory, (const char *)path, flags, mode, &file);
	if (error)
		return error;
	int descriptor = uk_fd_install(file, 0, flags & O_CLOEXEC);
	if (descriptor < 0)
		uk_file_release(file);
	return descriptor;
}

long uk_sys_open(long path, long flags, long mode)
{
	return uk_sys_openat(AT_FDCWD, path, flags, mode);
}

long uk_sys_creat(long path, long mode)
{
	return uk_sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long uk_sys_truncate(long path, long length)
{
	struct uk_file *file;
	if (length < 0)
		return -EINVAL;
	long error = open_file(AT_FDCWD, (const char *)path, O_WRONLY, 0, &file);
	if (error)
		return error;
	error = file->ops->truncate ? file->ops->truncate(file, length) : -EINVAL;
	uk_file_release(file);
	return error;
}
