/*
 * What can be done with an open file or directory.
 */
#include "open_file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <uk/mem.h>
#include <unistd.h>

struct open_file {
	struct uk_file file; /* first */
	struct node *node;
};

static struct node *node_of(struct uk_file *file)
{
	return ((struct open_file *)file)->node;
}

static ssize_t file_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset)
{
	const struct content *content = &node_of(file)->content;
	ssize_t total = 0;
	for (int i = 0; i < count; i++) {
		ssize_t got = content_read(content, vectors[i].iov_base, vectors[i].iov_len,
					   *offset);
		*offset += got;
		total += got;
		if ((size_t)got < vectors[i].iov_len)
			break;
	}
	return total;
}

static ssize_t file_write(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	struct node *node = node_of(file);
	ssize_t total = 0;
	if (file->flags & O_APPEND)
		*offset = node->content.size;
	for (int i = 0; i < count; i++) {
		ssize_t done = content_write(&node->content, vectors[i].iov_base,
					     vectors[i].iov_len, *offset);
		if (done < 0)
			return total ? total : done;
		*offset += done;
		total += done;
		if ((size_t)done < vectors[i].iov_len)
			break;
	}
	if (total)
		node_touch_modified(node);
	return total;
}

/* The next hole or data, by whole pages. */
static off_t seek_content(const struct content *content, off_t offset, bool hole)
{
	if (offset < 0 || offset >= content->size)
		return -ENXIO;
	size_t index = (size_t)(offset / 4096);
	for (; (off_t)index * 4096 < content->size; index++) {
		bool present = index < content->capacity && content->pages[index];
		if (present != hole)
			return (off_t)index * 4096 > offset ? (off_t)index * 4096 : offset;
	}
	return hole ? content->size : -ENXIO;
}

static off_t file_seek(struct uk_file *file, off_t offset, int whence)
{
	const struct content *content = &node_of(file)->content;

	if (whence == SEEK_HOLE || whence == SEEK_DATA) {
		offset = seek_content(content, offset, whence == SEEK_HOLE);
		if (offset < 0)
			return offset;
		whence = SEEK_SET;
	}
	return uk_file_seek(file, content->size, offset, whence);
}

static int file_stat(struct uk_file *file, struct stat *status)
{
	node_stat(node_of(file), status);
	return 0;
}

static int file_truncate(struct uk_file *file, off_t length)
{
	struct node *node = node_of(file);
	int error = content_truncate(&node->content, length);
	if (!error)
		node_touch_modified(node);
	return error;
}

/* There is nothing more lasting to write to. */
static int file_sync(struct uk_file *file)
{
	(void)file;
	return 0;
}

static int file_chmod(struct uk_file *file, mode_t mode)
{
	struct node *node = node_of(file);
	node->mode = (node->mode & S_IFMT) | mode;
	return 0;
}

void open_file_set_times(struct node *node, const struct timespec times[2])
{
	if (times[0].tv_nsec != UTIME_OMIT)
		node->accessed = times[0];
	if (times[1].tv_nsec != UTIME_OMIT)
		node->modified = times[1];
}

static int file_utimens(struct uk_file *file, const struct timespec times[2])
{
	open_file_set_times(node_of(file), times);
	return 0;
}

static void file_release(struct uk_file *file)
{
	struct node *node = node_of(file);
	node->open--;
	node_drop(node);
	uk_free(file);
}

static off_t directory_seek(struct uk_file *file, off_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->offset;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return offset < 0 ? -EINVAL : (file->offset = offset);
}

static size_t put_record(char *buffer, size_t room, const struct node *node, const char *name,
			 uint64_t next)
{
	struct uk_dirent entry = {
		.name = name,
		.number = node->number,
		.next = (off_t)next,
		.type = S_ISDIR(node->mode) ? DT_DIR : S_ISLNK(node->mode) ? DT_LNK : DT_REG,
	};

	return uk_put_dirent(buffer, room, &entry);
}

static ssize_t directory_getdents(struct uk_file *file, void *buffer, size_t length)
{
	const struct node *node = node_of(file);
	const struct directory *directory = &node->directory;
	char *at = buffer;
	size_t room = length;

	for (;;) {
		uint64_t position = (uint64_t)file->offset, next = position + 1;
		size_t used;
		if (position == 0) {
			used = put_record(at, room, node, ".", next);
		} else if (position == 1) {
			const struct node *parent = directory->parent;
			used = put_record(at, room, parent ? parent : node, "..", next);
		} else {
			const struct entry *entry = directory_at(directory, position);
			if (!entry)
				break;
			next = entry->position + 1;
			used = put_record(at, room, entry->node, entry->name, next);
		}
		if (!used)
			return at == (char *)buffer ? -EINVAL : at - (char *)buffer;
		file->offset = (off_t)next;
		at += used;
		room -= used;
	}
	return at - (char *)buffer;
}

static const struct uk_file_ops file_ops = {
	.read = file_read,
	.write = file_write,
	.seek = file_seek,
	.stat = file_stat,
	.truncate = file_truncate,
	.sync = file_sync,
	.chmod = file_chmod,
	.utimens = file_utimens,
	.release = file_release,
};

static const struct uk_file_ops directory_ops = {
	.seek = directory_seek,
	.stat = file_stat,
	.sync = file_sync,
	.chmod = file_chmod,
	.utimens = file_utimens,
	.getdents = directory_getdents,
	.release = file_release,
};

int open_file_create(struct node *node, int flags, struct uk_file **file)
{
	struct open_file *open = uk_alloc(sizeof(*open));
	if (!open)
		return -ENOMEM;
	uk_file_init(&open->file, S_ISDIR(node->mode) ? &directory_ops : &file_ops,
		     flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC));
	open->node = node;
	node->open++;
	*file = &open->file;
	return 0;
}
