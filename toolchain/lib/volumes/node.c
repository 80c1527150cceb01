/*
 * Files that are open: one littlefs handle each, whoever opened them. A file that is removed
 * while it is open keeps its content until the last one closes it.
 */
#include "volume.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

#define USUAL_MODE 0644

struct node *volume_node_find(struct volume *volume, const char *path)
{
	struct node *node = volume->nodes;

	while (node && (node->removed || strcmp(node->path, path)))
		node = node->next;
	return node;
}

static int open_file(struct node *node, int flags)
{
	struct volume *volume = node->volume;
	int access = volume->read_only ? LFS_O_RDONLY : LFS_O_RDWR;

	node->attribute = (struct lfs_attr){ATTRIBUTES, &node->attributes,
					    sizeof(node->attributes)};
	node->config = (struct lfs_file_config){.attrs = &node->attribute, .attr_count = 1};
	int error = lfs_file_opencfg(&volume->lfs, &node->file, node->path, access | flags,
				     &node->config);
	/* Attributes that may be written count as a change; but nobody has made one. */
	if (!error && !(flags & LFS_O_CREAT))
		node->file.flags &= ~(uint32_t)LFS_F_DIRTY;
	return volume_error(error);
}

int volume_node_open(struct volume *volume, const char *path, int flags, mode_t mode,
		     struct node **result)
{
	struct node *node = volume_node_find(volume, path);

	if (node) {
		if (flags & LFS_O_EXCL)
			return -EEXIST;
		node->open++;
		*result = node;
		return 0;
	}
	node = uk_zalloc(sizeof(*node));
	char *copy = uk_alloc(strlen(path) + 1);
	int error = -ENOMEM;

	if (node && copy) {
		node->volume = volume;
		node->path = strcpy(copy, path);
		node->attributes.mode = USUAL_MODE;
		if (flags & LFS_O_CREAT)
			node->attributes = (struct attributes){volume_now(), mode, 0};
		error = open_file(node, flags);
	}
	if (error) {
		uk_free(copy);
		uk_free(node);
		return error;
	}
	node->open = 1;
	node->next = volume->nodes;
	volume->nodes = node;
	*result = node;
	return 0;
}

void volume_node_close(struct node *node)
{
	struct node **link = &node->volume->nodes;

	if (--node->open)
		return;
	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	if (!node->closed)
		lfs_file_close(&node->volume->lfs, &node->file);
	uk_free(node->path);
	uk_free(node);
}

int volume_node_sync(struct node *node)
{
	if (node->error)
		return node->error;
	int error = volume_error(lfs_file_sync(&node->volume->lfs, &node->file));

	if (error)
		node->error = error;
	/* It may be clean because someone else's change of a directory took it along. */
	return error ? error : volume_cache_sync(&node->volume->cache);
}

int volume_node_truncate(struct node *node, off_t length)
{
	lfs_t *lfs = &node->volume->lfs;

	if (node->volume->read_only)
		return -EROFS;
	if (node->error)
		return node->error;
	if (length > LFS_FILE_MAX)
		return -EFBIG;
	if (length == lfs_file_size(lfs, &node->file))
		return 0;
	int error = volume_error(lfs_file_truncate(lfs, &node->file, (lfs_off_t)length));

	if (error)
		node->error = error;
	node->attributes.modified = volume_now();
	return error;
}

void volume_node_stat(struct node *node, struct stat *status)
{
	lfs_soff_t size = node->closed ? 0 : lfs_file_size(&node->volume->lfs, &node->file);

	volume_attributes_stat(node->volume, node->path, S_IFREG, size, &node->attributes, status);
	if (node->removed)
		status->st_nlink = 0;
}

/* littlefs takes the blocks of a file without a name for free, unless the file is dirty; and it
 * never writes one that has lost its name. */
void volume_node_keep_content(struct node *node)
{
	node->file.flags |= LFS_F_DIRTY;
}

/* littlefs loses the connection between an open file and its name when that moves. */
int volume_node_before_rename(struct node *node)
{
	int error = volume_node_sync(node);

	if (error)
		return error;
	error = volume_error(lfs_file_close(&node->volume->lfs, &node->file));
	node->closed = true;
	return error;
}

void volume_node_after_rename(struct node *node, char *path)
{
	if (path) {
		uk_free(node->path);
		node->path = path;
	}
	if (open_file(node, 0))
		node->error = -EIO;
	else
		node->closed = false;
}
