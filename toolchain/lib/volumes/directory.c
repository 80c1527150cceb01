/* Open directories. One that is removed meanwhile has no more entries. */
#include "volume.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/mem.h>
#include <unistd.h>

struct open_directory {
	struct uk_file file; /* first */
	struct open_directory *next;
	struct volume *volume;
	char *path;
	bool gone;
	bool held; /* `entry` was read and did not fit */
	lfs_dir_t directory;
	struct lfs_info entry;
};

static struct open_directory *lock(struct uk_file *file)
{
	struct open_directory *open = (struct open_directory *)file;

	volume_lock(open->volume);
	return open;
}

static void unlock(struct open_directory *open)
{
	volume_unlock(open->volume);
}

static off_t seek_locked(struct open_directory *open, off_t offset)
{
	lfs_t *lfs = &open->volume->lfs;

	open->held = false;
	if (open->gone)
		return 0;
	int error = offset == 0 ? lfs_dir_rewind(lfs, &open->directory)
				: lfs_dir_seek(lfs, &open->directory, (lfs_off_t)offset);

	return error ? volume_error(error) : (open->file.offset = offset);
}

static off_t directory_seek(struct uk_file *file, off_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->offset;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0 || offset > LFS_FILE_MAX)
		return -EINVAL;
	struct open_directory *open = lock(file);
	off_t result = seek_locked(open, offset);

	unlock(open);
	return result;
}

static ino_t inode_of(const struct open_directory *open)
{
	char path[PATH_MAX + NAME_MAX + 2];
	size_t length = strlen(open->path);
	const char *name = open->entry.name;

	memcpy(path, open->path, length + 1);
	if (!strcmp(name, "..")) {
		char *slash = strrchr(path, '/');
		*(slash ? slash : path) = 0;
	} else if (strcmp(name, ".")) {
		if (length)
			path[length++] = '/';
		strcpy(path + length, name);
	}
	return volume_path_inode(path);
}

static size_t put_record(struct open_directory *open, char *buffer, size_t room, off_t next)
{
	struct uk_dirent entry = {
		.name = open->entry.name,
		.number = inode_of(open),
		.next = next,
		.type = open->entry.type == LFS_TYPE_DIR ? DT_DIR : DT_REG,
	};

	return uk_put_dirent(buffer, room, &entry);
}

static ssize_t getdents_locked(struct open_directory *open, char *buffer, size_t length)
{
	lfs_t *lfs = &open->volume->lfs;
	size_t used = 0;

	while (!open->gone) {
		int found = open->held ? 1 : lfs_dir_read(lfs, &open->directory, &open->entry);
		if (found < 0)
			return used ? (ssize_t)used : volume_error(found);
		if (!found)
			break;
		off_t next = lfs_dir_tell(lfs, &open->directory);
		size_t record = put_record(open, buffer + used, length - used, next);
		open->held = !record;
		if (!record)
			return used ? (ssize_t)used : -EINVAL;
		open->file.offset = next;
		used += record;
	}
	return (ssize_t)used;
}

static ssize_t directory_getdents(struct uk_file *file, void *buffer, size_t length)
{
	struct open_directory *open = lock(file);
	ssize_t result = getdents_locked(open, buffer, length);

	unlock(open);
	return result;
}

static int directory_stat(struct uk_file *file, struct stat *status)
{
	struct open_directory *open = lock(file);
	struct attributes attributes = {0, 0755, 0};

	if (!open->gone)
		volume_attributes_read(open->volume, open->path, 0755, &attributes);
	volume_attributes_stat(open->volume, open->path, S_IFDIR, 0, &attributes, status);
	if (open->gone)
		status->st_nlink = 0;
	unlock(open);
	return 0;
}

/* littlefs makes changes of names durable before it reports them; others may still wait. */
static int directory_sync(struct uk_file *file)
{
	struct open_directory *open = lock(file);
	int error = volume_cache_sync(&open->volume->cache);

	unlock(open);
	return error;
}

static void directory_release(struct uk_file *file)
{
	struct open_directory *open = lock(file), **link = &open->volume->directories;
	struct volume *volume = open->volume;

	while (*link != open)
		link = &(*link)->next;
	*link = open->next;
	if (!open->gone)
		lfs_dir_close(&volume->lfs, &open->directory);
	volume_unlock(volume);
	uk_free(open->path);
	uk_free(open);
}

static const struct uk_file_ops directory_ops = {
	.seek = directory_seek,
	.stat = directory_stat,
	.sync = directory_sync,
	.getdents = directory_getdents,
	.release = directory_release,
};

int volume_directory_open(struct volume *volume, const char *path, int flags,
			  struct uk_file **file)
{
	struct open_directory *open = uk_zalloc(sizeof(*open));
	char *copy = uk_alloc(strlen(path) + 1);
	int error = -ENOMEM;

	if (open && copy)
		error = volume_error(lfs_dir_open(&volume->lfs, &open->directory,
						  *path ? path : "/"));
	if (error) {
		uk_free(open);
		uk_free(copy);
		return error;
	}
	uk_file_init(&open->file, &directory_ops, flags & ~(O_CREAT | O_CLOEXEC));
	open->volume = volume;
	open->path = strcpy(copy, path);
	open->next = volume->directories;
	volume->directories = open;
	*file = &open->file;
	return 0;
}

void volume_directory_move(struct volume *volume, const char *from, const char *to)
{
	for (struct open_directory *open = volume->directories; open; open = open->next) {
		bool moves = !strcmp(open->path, from) || volume_path_is_below(open->path, from);
		char *path = open->gone || !moves ? NULL : volume_path_moved(open->path, from, to);

		if (!path)
			continue;
		uk_free(open->path);
		open->path = path;
	}
}

void volume_directory_forget(struct volume *volume, const char *path)
{
	for (struct open_directory *open = volume->directories; open; open = open->next) {
		if (open->gone || strcmp(open->path, path))
			continue;
		lfs_dir_close(&volume->lfs, &open->directory);
		open->gone = true;
	}
}
