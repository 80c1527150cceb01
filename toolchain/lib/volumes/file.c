/* What can be done with an open file. */
#include "volume.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <uk/mem.h>
#include <unistd.h>

/* littlefs counts in 32 bits. */
#define MOST (1u << 30)

struct open_file {
	struct uk_file file; /* first */
	struct node *node;
};

static struct node *lock(struct uk_file *file)
{
	struct node *node = ((struct open_file *)file)->node;

	volume_lock(node->volume);
	return node;
}

static void unlock(struct node *node)
{
	volume_unlock(node->volume);
}

static lfs_t *lfs_of(struct node *node)
{
	return &node->volume->lfs;
}

static ssize_t read_locked(struct node *node, const struct iovec *vectors, int count,
			   off_t *offset)
{
	ssize_t total = 0;

	if (node->closed)
		return node->error;
	if (*offset >= lfs_file_size(lfs_of(node), &node->file))
		return 0;
	lfs_soff_t at = lfs_file_seek(lfs_of(node), &node->file, (lfs_soff_t)*offset,
				      LFS_SEEK_SET);
	if (at < 0)
		return volume_error(at);
	for (int i = 0; i < count; i++) {
		size_t length = vectors[i].iov_len < MOST ? vectors[i].iov_len : MOST;
		lfs_ssize_t got = lfs_file_read(lfs_of(node), &node->file, vectors[i].iov_base,
						(lfs_size_t)length);
		if (got < 0)
			return total ? total : volume_error(got);
		*offset += got;
		total += got;
		if ((size_t)got < vectors[i].iov_len)
			break;
	}
	return total;
}

static ssize_t file_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset)
{
	struct node *node = lock(file);
	ssize_t result = read_locked(node, vectors, count, offset);

	unlock(node);
	return result;
}

static ssize_t write_vectors(struct node *node, const struct iovec *vectors, int count,
			     off_t *offset)
{
	ssize_t total = 0;

	lfs_soff_t at = lfs_file_seek(lfs_of(node), &node->file, (lfs_soff_t)*offset,
				      LFS_SEEK_SET);
	if (at < 0)
		return at;
	for (int i = 0; i < count; i++) {
		size_t length = vectors[i].iov_len, room = (size_t)(LFS_FILE_MAX - *offset);
		if (length > MOST)
			length = MOST;
		if (length > room)
			length = room;
		lfs_ssize_t done = lfs_file_write(lfs_of(node), &node->file, vectors[i].iov_base,
						  (lfs_size_t)length);
		if (done < 0)
			return done;
		*offset += done;
		total += done;
		if ((size_t)done < vectors[i].iov_len)
			break;
	}
	return total;
}

static ssize_t write_locked(struct node *node, int flags, const struct iovec *vectors, int count,
			    off_t *offset)
{
	if (node->error)
		return node->error;
	if (flags & O_APPEND)
		*offset = lfs_file_size(lfs_of(node), &node->file);
	if (*offset >= LFS_FILE_MAX)
		return -EFBIG;
	ssize_t total = write_vectors(node, vectors, count, offset);

	if (total < 0)
		return node->error = volume_error((int)total);
	node->attributes.modified = volume_now();
	if (flags & (O_SYNC | O_DSYNC)) {
		int error = volume_node_sync(node);
		if (error)
			return error;
	}
	return total;
}

static ssize_t file_write(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset)
{
	struct node *node = lock(file);
	ssize_t result = write_locked(node, file->flags, vectors, count, offset);

	unlock(node);
	return result;
}

static off_t file_size(struct node *node)
{
	return node->closed ? 0 : lfs_file_size(lfs_of(node), &node->file);
}

static off_t file_seek(struct uk_file *file, off_t offset, int whence)
{
	struct node *node = ((struct open_file *)file)->node;
	off_t size = file_size(node);

	/* There are no holes. */
	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		if (offset < 0 || offset >= size)
			return -ENXIO;
		if (whence == SEEK_HOLE)
			offset = size;
		whence = SEEK_SET;
	}
	return uk_file_seek(file, size, offset, whence);
}

static int file_stat(struct uk_file *file, struct stat *status)
{
	struct node *node = lock(file);

	volume_node_stat(node, status);
	unlock(node);
	return 0;
}

static int file_truncate(struct uk_file *file, off_t length)
{
	struct node *node = lock(file);
	int error = volume_node_truncate(node, length);

	unlock(node);
	return error;
}

static int file_sync(struct uk_file *file)
{
	struct node *node = lock(file);
	int error = volume_node_sync(node);

	unlock(node);
	return error;
}

/* Durable with the file's next sync, as its content is. */
static int set_attributes(struct node *node)
{
	if (node->volume->read_only)
		return -EROFS;
	node->file.flags |= LFS_F_DIRTY;
	return 0;
}

static int file_chmod(struct uk_file *file, mode_t mode)
{
	struct node *node = lock(file);
	int error = set_attributes(node);

	if (!error)
		node->attributes.mode = mode;
	unlock(node);
	return error;
}

static int file_utimens(struct uk_file *file, const struct timespec times[2])
{
	struct node *node = lock(file);
	int error = set_attributes(node);

	if (!error && times[1].tv_nsec != UTIME_OMIT)
		node->attributes.modified =
			(uint64_t)times[1].tv_sec * 1000000000 + (uint64_t)times[1].tv_nsec;
	unlock(node);
	return error;
}

static void file_release(struct uk_file *file)
{
	struct node *node = lock(file);
	struct volume *volume = node->volume;

	volume_node_close(node);
	volume_unlock(volume);
	uk_free(file);
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

int volume_file_create(struct node *node, int flags, struct uk_file **file)
{
	struct open_file *open = uk_alloc(sizeof(*open));

	if (!open)
		return -ENOMEM;
	uk_file_init(&open->file, &file_ops,
		     flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC));
	open->node = node;
	*file = &open->file;
	return 0;
}
