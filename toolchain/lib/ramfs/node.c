/* The life of files, directories and links. */
#include "node.h"
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>

static ino_t last_number;

static struct timespec now(void)
{
	uint64_t time = uk_clock_realtime();
	return (struct timespec){(time_t)(time / 1000000000), (long)(time % 1000000000)};
}

struct node *node_create(mode_t mode)
{
	struct node *node = uk_zalloc(sizeof(*node));
	if (!node)
		return NULL;
	node->mode = mode;
	node->number = ++last_number;
	node->accessed = node->modified = node->changed = now();
	return node;
}

void node_drop(struct node *node)
{
	if (node->names || node->open)
		return;
	if (S_ISREG(node->mode)) {
		content_truncate(&node->content, 0);
		uk_free(node->content.pages);
	} else if (S_ISDIR(node->mode)) {
		uk_free(node->directory.buckets);
	} else {
		uk_free(node->target);
	}
	uk_free(node);
}

void node_touch_modified(struct node *node)
{
	node->modified = node->changed = now();
}

void node_stat(const struct node *node, struct stat *status)
{
	memset(status, 0, sizeof(*status));
	status->st_dev = 1;
	status->st_ino = node->number;
	status->st_mode = node->mode;
	status->st_nlink = node->names;
	status->st_blksize = UK_PAGE_SIZE;
	status->st_atim = node->accessed;
	status->st_mtim = node->modified;
	status->st_ctim = node->changed;
	if (S_ISREG(node->mode)) {
		status->st_size = node->content.size;
		status->st_blocks = (blkcnt_t)(node->content.present * UK_PAGE_SIZE / 512);
	} else if (S_ISLNK(node->mode)) {
		status->st_size = (off_t)strlen(node->target);
	} else {
		status->st_size = (off_t)(node->directory.entry_count * sizeof(struct entry));
		status->st_nlink = node->directory.subdirectories + 2;
	}
}
