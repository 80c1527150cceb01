/*
 * Reading and writing: the system calls that move bytes. Waiting is the file's business; here
 * descriptors and vectors are checked and the position is chosen.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <uk/file.h>
#include <uk/syscalls.h>

/* Linux moves at most this much per call. */
#define MOST 0x7ffff000UL

enum direction { READ, WRITE };

static bool may(const struct uk_file *file, enum direction direction)
{
	int access = file->flags & O_ACCMODE;
	if (file->flags & O_PATH)
		return false;
	return access == O_RDWR || access == (direction == READ ? O_RDONLY : O_WRONLY);
}

/* The sum of the lengths, or -EINVAL. */
static ssize_t total_length(const struct iovec *vectors, int count)
{
	size_t total = 0;
	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (int i = 0; i < count; i++) {
		if (vectors[i].iov_len > SSIZE_MAX || total > SSIZE_MAX - vectors[i].iov_len)
			return -EINVAL;
		total += vectors[i].iov_len;
	}
	return (ssize_t)total;
}

/* position NULL: the file's own. */
static long transfer(int descriptor, const struct iovec *vectors, int count,
		     enum direction direction, off_t *position)
{
	struct uk_file *file = uk_fd_get(descriptor);
	if (!file || !may(file, direction))
		return -EBADF;
	ssize_t wanted = total_length(vectors, count);
	if (wanted < 0)
		return wanted;
	if (position && !file->ops->seek)
		return -ESPIPE;
	if (position && *position < 0)
		return -EINVAL;
	ssize_t (*move)(struct uk_file *, const struct iovec *, int, off_t *) =
		direction == READ ? file->ops->read : file->ops->write;
	if (!wanted && direction == READ)
		return 0;
	if (!move)
		return file->path ? -EISDIR : -EINVAL;
	/* Another thread may close the descriptor while this one waits. */
	uk_file_hold(file);
	ssize_t moved = move(file, vectors, count, position ? position : &file->offset);
	uk_file_release(file);
	return moved;
}

static long transfer_one(long descriptor, long buffer, long length, enum direction direction,
			 off_t *position)
{
	struct iovec vector = {(void *)buffer, (size_t)length};
	if (vector.iov_len > MOST)
		vector.iov_len = MOST;
	return transfer((int)descriptor, &vector, 1, direction, position);
}

long uk_sys_read(long descriptor, long buffer, long length)
{
	return transfer_one(descriptor, buffer, length, READ, NULL);
}

long uk_sys_write(long descriptor, long buffer, long length)
{
	return transfer_one(descriptor, buffer, length, WRITE, NULL);
}

long uk_sys_readv(long descriptor, long vectors, long count)
{
	return transfer((int)descriptor, (const struct iovec *)vectors, (int)count, READ, NULL);
}

long uk_sys_writev(long descriptor, long vectors, long count)
{
	return transfer((int)descriptor, (const struct iovec *)vectors, (int)count, WRITE, NULL);
}

long uk_sys_pread64(long descriptor, long buffer, long length, long position)
{
	off_t offset = position;
	return transfer_one(descriptor, buffer, length, READ, &offset);
}

long uk_sys_pwrite64(long descriptor, long buffer, long length, long position)
{
	off_t offset = position;
	return transfer_one(descriptor, buffer, length, WRITE, &offset);
}

/* The position comes in two halves, of which a 64-bit caller fills only the first. */
long uk_sys_preadv(long descriptor, long vectors, long count, long low, long high)
{
	(void)high;
	off_t offset = low;
	return transfer((int)descriptor, (const struct iovec *)vectors, (int)count, READ, &offset);
}

long uk_sys_pwritev(long descriptor, long vectors, long count, long low, long high)
{
	(void)high;
	off_t offset = low;
	return transfer((int)descriptor, (const struct iovec *)vectors, (int)count, WRITE, &offset);
}

/* With flags, and position -1 for the file's own. No flag changes what these files do, but a
 * program must not believe that one was honoured. */
long uk_sys_preadv2(long descriptor, long vectors, long count, long low, long high, long flags)
{
	if (flags)
		return -EOPNOTSUPP;
	if (low == -1)
		return uk_sys_readv(descriptor, vectors, count);
	return uk_sys_preadv(descriptor, vectors, count, low, high);
}

long uk_sys_pwritev2(long descriptor, long vectors, long count, long low, long high, long flags)
{
	if (flags)
		return -EOPNOTSUPP;
	if (low == -1)
		return uk_sys_writev(descriptor, vectors, count);
	return uk_sys_pwritev(descriptor, vectors, count, low, high);
}
