/* Files, directories and links of the file system in memory. */
#ifndef UK_RAMFS_NODE_H
#define UK_RAMFS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct node;

/* A file's bytes, in pages; one that was never written is absent and reads as zeros. */
struct content {
	char **pages;
	size_t capacity; /* of `pages` */
	size_t present;	 /* pages that exist */
	off_t size;	 /* bytes */
};

/* A name in a directory. */
struct entry {
	struct entry *in_bucket;
	struct entry *next, *previous; /* in the order they were made */
	uint64_t position;	       /* grows in that order; what readdir counts with */
	struct node *node;
	uint32_t hash;
	char name[];
};

struct directory {
	struct entry *first, *last;
	struct entry **buckets;
	size_t bucket_count, entry_count, subdirectories;
	uint64_t next_position;
	struct node *parent;
};

struct node {
	mode_t mode; /* with the type */
	ino_t number;
	size_t names; /* entries that lead here; a directory has one, the root none */
	size_t open;  /* open files */
	struct timespec accessed, modified, changed;
	union {
		struct content content;
		struct directory directory;
		char *target; /* of a symbolic link */
	};
};

/* node.c */
struct node *node_create(mode_t mode);
/* Frees a node that nothing refers to any more. */
void node_drop(struct node *node);
void node_touch_modified(struct node *node);
void node_stat(const struct node *node, struct stat *status);

/* content.c: count of bytes or 0, else a negative errno. */
ssize_t content_read(const struct content *content, char *buffer, size_t length, off_t offset);
ssize_t content_write(struct content *content, const char *buffer, size_t length, off_t offset);
int content_truncate(struct content *content, off_t size);

/* directory.c */
struct entry *directory_find(const struct directory *directory, const char *name, size_t length);
/* The name must not exist. Takes a name's reference on the node. 0 or -ENOMEM. */
int directory_add(struct node *directory, const char *name, size_t length, struct node *node);
/* Removes an entry and gives up its reference. */
void directory_remove(struct node *directory, struct entry *entry);
/* The first entry at or behind a position, or NULL. */
struct entry *directory_at(const struct directory *directory, uint64_t position);

#endif
