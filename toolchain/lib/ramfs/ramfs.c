/*
 * The file system in memory: paths to nodes, and what the mount table asks for. Mounted at the
 * root when the guest starts.
 */
#include "open_file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat.h>

static struct node *root;

/* Where a path leads: the directory of its last name, that name, and its entry if it exists. */
struct location {
	struct node *parent; /* NULL: the path is the root */
	const char *name;
	size_t length;
	struct entry *entry;
	struct node *node; /* NULL: no such name */
};

/* 0, -ENOENT, -ENOTDIR, or -ELOOP at a link in the middle. A missing last name is no error. */
static int locate(const char *path, struct location *location)
{
	*location = (struct location){.node = root};
	while (*path) {
		size_t length = strcspn(path, "/");
		if (!location->node)
			return -ENOENT;
		if (S_ISLNK(location->node->mode))
			return -ELOOP;
		if (!S_ISDIR(location->node->mode))
			return -ENOTDIR;
		location->parent = location->node;
		location->name = path;
		location->length = length;
		location->entry = directory_find(&location->parent->directory, path, length);
		location->node = location->entry ? location->entry->node : NULL;
		path += length;
		while (*path == '/')
			path++;
	}
	return 0;
}

static int locate_existing(const char *path, bool follow, struct location *location)
{
	int error = locate(path, location);
	if (error)
		return error;
	if (!location->node)
		return -ENOENT;
	return follow && S_ISLNK(location->node->mode) ? -ELOOP : 0;
}

/* Makes a node at a location where none is. */
static int create(const struct location *location, mode_t mode, struct node **result)
{
	struct node *node = node_create(mode);
	if (!node)
		return -ENOSPC;
	int error = directory_add(location->parent, location->name, location->length, node);
	if (error) {
		node_drop(node);
		return -ENOSPC;
	}
	*result = node;
	return 0;
}

static int ramfs_open(struct uk_filesystem *filesystem, const char *path, int flags, mode_t mode,
		      struct uk_file **file)
{
	struct location location;
	(void)filesystem;
	int error = locate(path, &location);
	if (error)
		return error;
	struct node *node = location.node;
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	if (!node) {
		if (!(flags & O_CREAT))
			return -ENOENT;
		error = create(&location, S_IFREG | mode, &node);
		if (error)
			return error;
	} else if ((flags & O_CREAT) && (flags & O_EXCL)) {
		return -EEXIST;
	} else if (S_ISLNK(node->mode)) {
		return -ELOOP;
	} else if (S_ISDIR(node->mode)) {
		if (writes || (flags & O_CREAT))
			return -EISDIR;
	} else if (flags & O_DIRECTORY) {
		return -ENOTDIR;
	} else if ((flags & O_TRUNC) && writes) {
		content_truncate(&node->content, 0);
		node_touch_modified(node);
	}
	return open_file_create(node, flags, file);
}

static int ramfs_stat(struct uk_filesystem *filesystem, const char *path, struct stat *status,
		      bool follow)
{
	struct location location;
	(void)filesystem;
	int error = locate_existing(path, follow, &location);
	if (!error)
		node_stat(location.node, status);
	return error;
}

static int ramfs_mkdir(struct uk_filesystem *filesystem, const char *path, mode_t mode)
{
	struct location location;
	struct node *node;
	(void)filesystem;
	int error = locate(path, &location);
	if (error)
		return error;
	return location.node ? -EEXIST : create(&location, S_IFDIR | mode, &node);
}

static int ramfs_unlink(struct uk_filesystem *filesystem, const char *path, bool directory)
{
	struct location location;
	(void)filesystem;
	int error = locate_existing(path, false, &location);
	if (error)
		return error;
	if (!S_ISDIR(location.node->mode)) {
		if (directory)
			return -ENOTDIR;
	} else {
		if (!directory)
			return -EISDIR;
		if (location.node->directory.entry_count)
			return -ENOTEMPTY;
		location.node->directory.parent = NULL; /* it may outlive its parent while open */
	}
	directory_remove(location.parent, location.entry);
	return 0;
}

/* Whether `node` is `directory` or lies below it. */
static bool is_below(const struct node *node, const struct node *directory)
{
	while (node && node != directory)
		node = node->directory.parent;
	return node != NULL;
}

static int may_replace(const struct node *from, const struct node *to)
{
	if (S_ISDIR(from->mode) && !S_ISDIR(to->mode))
		return -ENOTDIR;
	if (!S_ISDIR(from->mode) && S_ISDIR(to->mode))
		return -EISDIR;
	return S_ISDIR(to->mode) && to->directory.entry_count ? -ENOTEMPTY : 0;
}

static int ramfs_rename(struct uk_filesystem *filesystem, const char *from, const char *to)
{
	struct location source, target;
	(void)filesystem;
	int error = locate_existing(from, false, &source);
	if (!error)
		error = locate(to, &target);
	if (error)
		return error;
	struct node *node = source.node;
	if (node == target.node)
		return 0;
	if (S_ISDIR(node->mode) && is_below(target.parent, node))
		return -EINVAL;
	error = target.node ? may_replace(node, target.node) : 0;
	if (error)
		return error;
	if (target.node) {
		/* The name stays and changes what it means, which needs no memory. */
		struct node *replaced = target.node;
		target.entry->node = node;
		node->names++;
		replaced->names--;
		if (S_ISDIR(node->mode)) {
			node->directory.parent = target.parent;
			replaced->directory.parent = NULL;
		}
		node_drop(replaced);
		node_touch_modified(target.parent);
	} else {
		error = directory_add(target.parent, target.name, target.length, node);
		if (error)
			return -ENOSPC;
	}
	directory_remove(source.parent, source.entry);
	return 0;
}

static ssize_t ramfs_readlink(struct uk_filesystem *filesystem, const char *path, char *buffer,
			      size_t length)
{
	struct location location;
	(void)filesystem;
	int error = locate_existing(path, false, &location);
	if (error)
		return error;
	if (!S_ISLNK(location.node->mode))
		return -EINVAL;
	size_t target = strlen(location.node->target);
	if (target < length)
		length = target;
	memcpy(buffer, location.node->target, length);
	return (ssize_t)length;
}

static int ramfs_symlink(struct uk_filesystem *filesystem, const char *target, const char *path)
{
	struct location location;
	struct node *node;
	(void)filesystem;
	int error = locate(path, &location);
	if (error)
		return error;
	if (location.node)
		return -EEXIST;
	char *copy = uk_alloc(strlen(target) + 1);
	if (!copy)
		return -ENOSPC;
	error = create(&location, S_IFLNK | 0777, &node);
	if (error) {
		uk_free(copy);
		return error;
	}
	node->target = strcpy(copy, target);
	return 0;
}

static int ramfs_chmod(struct uk_filesystem *filesystem, const char *path, mode_t mode)
{
	struct location location;
	(void)filesystem;
	int error = locate_existing(path, true, &location);
	if (!error)
		location.node->mode = (location.node->mode & S_IFMT) | mode;
	return error;
}

static int ramfs_utimens(struct uk_filesystem *filesystem, const char *path,
			 const struct timespec times[2])
{
	struct location location;
	(void)filesystem;
	int error = locate_existing(path, true, &location);
	if (!error)
		open_file_set_times(location.node, times);
	return error;
}

static const struct uk_filesystem_ops ops = {
	.open = ramfs_open,
	.stat = ramfs_stat,
	.mkdir = ramfs_mkdir,
	.unlink = ramfs_unlink,
	.rename = ramfs_rename,
	.readlink = ramfs_readlink,
	.symlink = ramfs_symlink,
	.chmod = ramfs_chmod,
	.utimens = ramfs_utimens,
};

static void mount_root(void)
{
	static struct uk_filesystem filesystem = {&ops};
	root = node_create(S_IFDIR | 0755);
	uk_assert(root && !uk_mount("", &filesystem));
	uk_assert(!ramfs_mkdir(&filesystem, "tmp", 01777));
	/* Where another file system is mounted; a name for whoever reads the root. */
	uk_assert(!ramfs_mkdir(&filesystem, "dev", 0755));
}
UK_INIT(UK_STAGE_SERVICE, mount_root);
