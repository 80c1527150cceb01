/* Names on a volume: what the mount table asks for. */
#include "volume.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <uk/mem.h>

#define MAGIC 0x3253464c /* "LFS2" */
#define USUAL_FILE_MODE 0644
#define USUAL_DIRECTORY_MODE 0755

static struct volume *lock(struct uk_filesystem *filesystem)
{
	struct volume *volume = (struct volume *)filesystem;

	volume_lock(volume);
	return volume;
}

static int unlock(struct volume *volume, int result)
{
	volume_unlock(volume);
	return result;
}

/* What littlefs calls the root is not "". */
static const char *lfs_path(const char *path)
{
	return *path ? path : "/";
}

void volume_attributes_read(struct volume *volume, const char *path, mode_t usual,
		     struct attributes *attributes)
{
	lfs_ssize_t size = lfs_getattr(&volume->lfs, lfs_path(path), ATTRIBUTES, attributes,
				       sizeof(*attributes));

	if (size != sizeof(*attributes))
		*attributes = (struct attributes){0, usual, 0};
}

void volume_attributes_stat(const struct volume *volume, const char *path, mode_t type, off_t size,
		     const struct attributes *attributes, struct stat *status)
{
	struct timespec modified = {(time_t)(attributes->modified / 1000000000),
				    (long)(attributes->modified % 1000000000)};

	memset(status, 0, sizeof(*status));
	status->st_dev = volume->number;
	status->st_ino = volume_path_inode(path);
	status->st_mode = type | (attributes->mode & 07777);
	status->st_nlink = type == S_IFDIR ? 2 : 1;
	status->st_size = size;
	status->st_blksize = volume->config.block_size;
	status->st_blocks = (size + 511) / 512;
	status->st_atim = status->st_mtim = status->st_ctim = modified;
}

static int stat_locked(struct volume *volume, const char *path, struct stat *status)
{
	struct node *node = volume_node_find(volume, path);
	struct lfs_info information;
	struct attributes attributes;

	if (node) {
		volume_node_stat(node, status);
		return 0;
	}
	int error = volume_error(lfs_stat(&volume->lfs, lfs_path(path), &information));

	if (error)
		return error;
	bool directory = information.type == LFS_TYPE_DIR;

	volume_attributes_read(volume, path, directory ? USUAL_DIRECTORY_MODE : USUAL_FILE_MODE,
			&attributes);
	volume_attributes_stat(volume, path, directory ? S_IFDIR : S_IFREG,
			directory ? 0 : (off_t)information.size, &attributes, status);
	return 0;
}

static int volume_stat(struct uk_filesystem *filesystem, const char *path, struct stat *status,
		       bool follow)
{
	struct volume *volume = lock(filesystem);

	(void)follow; /* there are no links */
	return unlock(volume, stat_locked(volume, path, status));
}

static int open_locked(struct volume *volume, const char *path, int flags, mode_t mode,
		       struct uk_file **file)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	struct stat status;
	struct node *node;
	int error = stat_locked(volume, path, &status);

	if (error && (error != -ENOENT || !(flags & O_CREAT)))
		return error;
	if (!error && (flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (!error && S_ISDIR(status.st_mode)) {
		if (writes || (flags & O_CREAT))
			return -EISDIR;
		return volume_directory_open(volume, path, flags, file);
	}
	if (!error && (flags & O_DIRECTORY))
		return -ENOTDIR;
	if (volume->read_only && (error || writes))
		return -EROFS;
	error = volume_node_open(volume, path, error ? LFS_O_CREAT : 0, mode, &node);
	if (error)
		return error;
	if ((flags & O_TRUNC) && writes)
		error = volume_node_truncate(node, 0);
	if (!error)
		error = volume_file_create(node, flags, file);
	if (error)
		volume_node_close(node);
	return error;
}

static int volume_open(struct uk_filesystem *filesystem, const char *path, int flags, mode_t mode,
		       struct uk_file **file)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, open_locked(volume, path, flags, mode, file));
}

static int mkdir_locked(struct volume *volume, const char *path, mode_t mode)
{
	struct attributes attributes = {volume_now(), mode, 0};

	if (!*path)
		return -EEXIST;
	if (volume->read_only)
		return -EROFS;
	int error = lfs_mkdir(&volume->lfs, path);

	if (!error)
		error = lfs_setattr(&volume->lfs, path, ATTRIBUTES, &attributes,
				    sizeof(attributes));
	return volume_error(error);
}

static int volume_mkdir(struct uk_filesystem *filesystem, const char *path, mode_t mode)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, mkdir_locked(volume, path, mode));
}

static int unlink_locked(struct volume *volume, const char *path, bool directory)
{
	struct stat status;
	int error = stat_locked(volume, path, &status);

	if (error)
		return error;
	if (volume->read_only)
		return -EROFS;
	if (S_ISDIR(status.st_mode) != directory)
		return directory ? -ENOTDIR : -EISDIR;
	struct node *node = volume_node_find(volume, path);

	if (node)
		volume_node_keep_content(node);
	error = volume_error(lfs_remove(&volume->lfs, path));
	if (!error && node)
		node->removed = true;
	if (!error && directory)
		volume_directory_forget(volume, path);
	return error;
}

static int volume_unlink(struct uk_filesystem *filesystem, const char *path, bool directory)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, unlink_locked(volume, path, directory));
}

/* 0 when `from` may take the place of `to`. */
static int may_replace(struct volume *volume, const char *from, const char *to)
{
	struct stat source, target;
	int error = stat_locked(volume, from, &source);

	if (error)
		return error;
	if (volume->read_only)
		return -EROFS;
	if (volume_path_is_below(to, from))
		return -EINVAL;
	error = stat_locked(volume, to, &target);
	if (error)
		return error == -ENOENT ? 0 : error;
	if (S_ISDIR(source.st_mode) && !S_ISDIR(target.st_mode))
		return -ENOTDIR;
	return !S_ISDIR(source.st_mode) && S_ISDIR(target.st_mode) ? -EISDIR : 0;
}

/* Files that are open somewhere below a directory that was renamed: littlefs finds them still,
 * only we know them by their paths. */
static void move_nodes(struct volume *volume, const char *from, const char *to)
{
	for (struct node *node = volume->nodes; node; node = node->next) {
		char *path = node->removed || !volume_path_is_below(node->path, from)
				     ? NULL
				     : volume_path_moved(node->path, from, to);

		if (!path)
			continue;
		uk_free(node->path);
		node->path = path;
	}
}

static int rename_locked(struct volume *volume, const char *from, const char *to)
{
	int error = may_replace(volume, from, to);

	if (error || !strcmp(from, to))
		return error;
	struct node *source = volume_node_find(volume, from), *target = volume_node_find(volume, to);
	char *path = source ? volume_path_moved(from, from, to) : NULL;

	if (source && !path)
		return -ENOMEM;
	if (source)
		error = volume_node_before_rename(source);
	if (target)
		volume_node_keep_content(target);
	if (!error)
		error = volume_error(lfs_rename(&volume->lfs, from, to));
	if (!error && target)
		target->removed = true;
	if (source && source->closed)
		volume_node_after_rename(source, error ? NULL : path);
	if (error) {
		uk_free(path);
		return error;
	}
	volume_directory_forget(volume, to); /* an empty one that was replaced */
	volume_directory_move(volume, from, to);
	move_nodes(volume, from, to);
	return 0;
}

static int volume_rename(struct uk_filesystem *filesystem, const char *from, const char *to)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, rename_locked(volume, from, to));
}

/* Both for names that may be open: what a file has in memory is what it is written with. */
static int change_attributes(struct volume *volume, const char *path, const mode_t *mode,
			     const struct timespec *modified)
{
	struct attributes attributes;
	struct stat status;
	int error = stat_locked(volume, path, &status);

	if (error)
		return error;
	if (volume->read_only)
		return -EROFS;
	struct node *node = volume_node_find(volume, path);

	volume_attributes_read(volume, path, status.st_mode & 07777, &attributes);
	if (node)
		attributes = node->attributes;
	if (mode)
		attributes.mode = *mode;
	if (modified && modified->tv_nsec != UTIME_OMIT)
		attributes.modified =
			(uint64_t)modified->tv_sec * 1000000000 + (uint64_t)modified->tv_nsec;
	if (node)
		node->attributes = attributes;
	return volume_error(lfs_setattr(&volume->lfs, lfs_path(path), ATTRIBUTES, &attributes,
					sizeof(attributes)));
}

static int volume_chmod(struct uk_filesystem *filesystem, const char *path, mode_t mode)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, change_attributes(volume, path, &mode, NULL));
}

static int volume_utimens(struct uk_filesystem *filesystem, const char *path,
			  const struct timespec times[2])
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, change_attributes(volume, path, NULL, &times[1]));
}

static int statfs_locked(struct volume *volume, struct statfs *status)
{
	lfs_ssize_t used = lfs_fs_size(&volume->lfs);

	if (used < 0)
		return volume_error(used);
	/* littlefs may count a block twice. */
	uint64_t count = volume->lfs.block_count, free = 0;

	if ((uint64_t)used < count)
		free = count - (uint64_t)used;
	*status = (struct statfs){
		.f_type = MAGIC,
		.f_bsize = volume->config.block_size,
		.f_frsize = volume->config.block_size,
		.f_blocks = count,
		.f_bfree = free,
		.f_bavail = free,
		.f_namelen = LFS_NAME_MAX,
	};
	return 0;
}

static int volume_statfs(struct uk_filesystem *filesystem, struct statfs *status)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, statfs_locked(volume, status));
}

static int sync_locked(struct volume *volume)
{
	int worst = 0;

	for (struct node *node = volume->nodes; node; node = node->next) {
		int error = node->removed ? 0 : volume_node_sync(node);
		if (error)
			worst = error;
	}
	int error = volume_cache_sync(&volume->cache);

	return worst ? worst : error;
}

static int volume_sync(struct uk_filesystem *filesystem)
{
	struct volume *volume = lock(filesystem);

	return unlock(volume, sync_locked(volume));
}

const struct uk_filesystem_ops volume_ops = {
	.open = volume_open,
	.stat = volume_stat,
	.mkdir = volume_mkdir,
	.unlink = volume_unlink,
	.rename = volume_rename,
	.chmod = volume_chmod,
	.utimens = volume_utimens,
	.statfs = volume_statfs,
	.sync = volume_sync,
};
