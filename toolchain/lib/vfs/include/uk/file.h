/*
 * Open files and descriptors: what read, write, poll and epoll see, whether behind it stands
 * a console, a file system, a socket or an epoll set. All results are Linux's: a count or 0,
 * or a negative errno.
 */
#ifndef UK_FILE_H
#define UK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <uk/sched.h>

struct uk_file;
struct uk_file_watch;

/*
 * Every function is optional; an absent one gives the errno Linux gives for such a file.
 * read and write wait themselves unless file->flags has O_NONBLOCK; the caller holds a
 * reference meanwhile. A file that seeks takes the position from *offset and advances it
 * (with O_APPEND it writes at its end); others ignore it.
 */
struct uk_file_ops {
	ssize_t (*read)(struct uk_file *file, const struct iovec *vectors, int count, off_t *offset);
	ssize_t (*write)(struct uk_file *file, const struct iovec *vectors, int count, off_t *offset);
	/* The events (POLLIN, POLLOUT, …) that hold now. Absent: always readable and writable. */
	unsigned (*events)(struct uk_file *file);
	off_t (*seek)(struct uk_file *file, off_t offset, int whence);
	int (*stat)(struct uk_file *file, struct stat *status);
	int (*truncate)(struct uk_file *file, off_t length);
	int (*sync)(struct uk_file *file);
	int (*chmod)(struct uk_file *file, mode_t mode);
	int (*utimens)(struct uk_file *file, const struct timespec times[2]);
	long (*ioctl)(struct uk_file *file, unsigned long request, void *argument);
	ssize_t (*getdents)(struct uk_file *file, void *buffer, size_t length);
	/* The last reference is gone. */
	void (*release)(struct uk_file *file);
};

/* The head of every open file; an implementation embeds it first in its own structure. */
struct uk_file {
	const struct uk_file_ops *ops;
	unsigned references;
	int flags;    /* O_RDONLY… | O_NONBLOCK | O_APPEND */
	off_t offset; /* for files that seek */
	struct uk_wait_queue waiting;	/* threads blocked in read, write, accept, connect */
	struct uk_file_watch *watches;	/* poll and epoll */
	struct uk_filesystem *filesystem; /* that it was opened on, or NULL */
	char *path; /* of an open directory: absolute, where the *at() calls start; else NULL */
};

/* Told about new events on a file it is attached to. notify() MUST NOT wait. When the last
 * reference to the file goes, its watches are detached first and told POLLNVAL with `file`
 * NULL; notify() may then free its watch. */
struct uk_file_watch {
	void (*notify)(struct uk_file_watch *self, unsigned events);
	struct uk_file *file;
	struct uk_file_watch *next, *previous;
};
void uk_file_watch(struct uk_file *file, struct uk_file_watch *watch);
void uk_file_unwatch(struct uk_file_watch *watch);
/* Called by a file's implementation when events have become true: wakes and notifies. */
void uk_file_notify(struct uk_file *file, unsigned events);
unsigned uk_file_events(struct uk_file *file);

void uk_file_init(struct uk_file *file, const struct uk_file_ops *ops, int flags);
struct uk_file *uk_file_hold(struct uk_file *file);
void uk_file_release(struct uk_file *file);

/* Takes over the caller's reference. Returns the lowest free descriptor ≥ minimum, -EMFILE or
 * -ENOMEM; the caller keeps its reference on error. */
int uk_fd_install(struct uk_file *file, int minimum, bool close_on_exec);
/* Borrowed: valid until the descriptor is closed. NULL: not open. */
struct uk_file *uk_fd_get(int descriptor);
int uk_fd_close(int descriptor);

/*
 * A mounted file system. Paths are absolute, normalised and below the mount, without the
 * leading slash ("" is its root). Symbolic links are followed by the caller: a file system
 * answers -ELOOP when one stands in the middle of a path, or at its end where it would have to
 * be followed (open without O_NOFOLLOW, stat with `follow`, chmod, utimens), and is then asked
 * again with the path that the link leads to.
 */
struct uk_filesystem {
	const struct uk_filesystem_ops *ops;
};
struct uk_filesystem_ops {
	int (*open)(struct uk_filesystem *, const char *path, int flags, mode_t mode,
		    struct uk_file **file);
	int (*stat)(struct uk_filesystem *, const char *path, struct stat *status, bool follow);
	int (*mkdir)(struct uk_filesystem *, const char *path, mode_t mode);
	int (*unlink)(struct uk_filesystem *, const char *path, bool directory);
	int (*rename)(struct uk_filesystem *, const char *from, const char *to);
	ssize_t (*readlink)(struct uk_filesystem *, const char *path, char *buffer, size_t length);
	int (*symlink)(struct uk_filesystem *, const char *target, const char *path);
	int (*chmod)(struct uk_filesystem *, const char *path, mode_t mode);
	int (*utimens)(struct uk_filesystem *, const char *path, const struct timespec times[2]);
	int (*statfs)(struct uk_filesystem *, struct statfs *status);
	/* Makes all that was written durable. Absent: it is, or never will be. */
	int (*sync)(struct uk_filesystem *);
};

/* For a file system's seek(): moves to SEEK_SET, SEEK_CUR or SEEK_END of a file of that size and
 * returns where that is; -EINVAL for another whence or a place before the start, -EOVERFLOW. */
off_t uk_file_seek(struct uk_file *file, off_t size, off_t offset, int whence);

/* An entry of a directory as getdents() tells it; `type` is DT_*, `next` where the next one is. */
struct uk_dirent {
	const char *name;
	ino_t number;
	off_t next;
	unsigned char type;
};
/* Writes a record, if there is room; returns its length or 0. */
size_t uk_put_dirent(char *buffer, size_t room, const struct uk_dirent *entry);

/* Mounts at a path without trailing slash ("" is the root). -EBUSY when taken. */
int uk_mount(const char *path, struct uk_filesystem *filesystem);

/*
 * A mount that is there from the beginning: UK_MOUNT(dev, "/dev", &filesystem). These are gathered
 * by the linker, which drops them and their file systems from an image in which nothing looks a
 * path up.
 */
struct uk_mount {
	const char *path;
	size_t length;
	struct uk_filesystem *filesystem;
};
#define UK_MOUNT(name, path, filesystem)                                                           \
	__attribute__((used, section("uk_mounts")))                                                \
	static const struct uk_mount uk_mount_##name = {path, sizeof(path) - 1, filesystem}

#endif
