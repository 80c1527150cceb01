/* A mounted volume, and the files that are open on it. */
#ifndef UK_VOLUMES_VOLUME_H
#define UK_VOLUMES_VOLUME_H

#include "cache.h"
#include <lfs.h>
#include <limits.h>
#include <uk/file.h>

/* What littlefs itself does not keep of a file or a directory; an attribute of this type. */
#define ATTRIBUTES 'u'
struct attributes {
	uint64_t modified; /* ns since 1970; 0: unknown */
	uint32_t mode;	   /* permissions */
	uint32_t reserved;
};

struct node;
struct open_directory;

struct volume {
	struct uk_filesystem filesystem; /* first */
	struct volume *next;
	dev_t number;
	bool read_only;
	struct cache cache;
	struct lfs_config config;
	lfs_t lfs;
	/* littlefs is not made for several threads, and a transfer lets others run. */
	bool locked;
	struct uk_wait_queue waiting;
	struct node *nodes;
	struct open_directory *directories;
};

/* A file that is open, however often: littlefs knows of it once, since two of its handles of one
 * file would not see each other's writes. */
struct node {
	struct node *next;
	struct volume *volume;
	char *path;   /* what littlefs calls it */
	unsigned open;
	bool removed; /* has no name any more */
	bool closed;  /* littlefs could not open it again after it was renamed */
	/* Of a write that failed. littlefs then forgets what was not synced, so that nothing
	 * more may be written until the file is opened again. */
	int error;
	lfs_file_t file;
	struct attributes attributes;
	struct lfs_attr attribute;
	struct lfs_file_config config;
};

/* volume.c */
/* Mounts, and formats before that when the disk is empty. NULL, or what is wrong. */
const char *volume_start(struct volume *volume, struct uk_blkdev *disk, bool read_only);
void volume_lock(struct volume *volume);
void volume_unlock(struct volume *volume);
/* Linux's negative errno of one of littlefs's. */
int volume_error(int error);
uint64_t volume_now(void);

/* node.c: all with the volume locked */
struct node *volume_node_find(struct volume *volume, const char *path);
/* flags: LFS_O_CREAT, LFS_O_EXCL. A result of 0 takes a reference. */
int volume_node_open(struct volume *volume, const char *path, int flags, mode_t mode,
		     struct node **node);
/* Gives it back; the last one closes the file, which syncs it. */
void volume_node_close(struct node *node);
int volume_node_sync(struct node *node);
int volume_node_truncate(struct node *node, off_t length);
void volume_node_stat(struct node *node, struct stat *status);
/* What littlefs must be told before the file's name goes, and after it went. */
void volume_node_keep_content(struct node *node);
/* Before and after the file is renamed; `path` is taken over. */
int volume_node_before_rename(struct node *node);
void volume_node_after_rename(struct node *node, char *path);

/* file.c */
int volume_file_create(struct node *node, int flags, struct uk_file **file);

/* directory.c: with the volume locked */
int volume_directory_open(struct volume *volume, const char *path, int flags,
			  struct uk_file **file);
/* A directory was removed or replaced. */
void volume_directory_forget(struct volume *volume, const char *path);
/* A directory was renamed, or one above it. */
void volume_directory_move(struct volume *volume, const char *from, const char *to);

/* path.c */
bool volume_path_is_below(const char *path, const char *directory);
/* What a path is called once `from`, where it is or what it is below, is called `to`; in memory
 * of its own. NULL: there is none left. */
char *volume_path_moved(const char *path, const char *from, const char *to);
/* A number for a path: littlefs has none for its files. */
ino_t volume_path_inode(const char *path);

/* names.c */
extern const struct uk_filesystem_ops volume_ops;
void volume_attributes_stat(const struct volume *volume, const char *path, mode_t type, off_t size,
		     const struct attributes *attributes, struct stat *status);
/* The attributes of a name that is not open. */
void volume_attributes_read(struct volume *volume, const char *path, mode_t usual,
		     struct attributes *attributes);

#endif
