/* The descriptor table, between the files of this library. */
#ifndef UK_VFS_DESCRIPTORS_H
#define UK_VFS_DESCRIPTORS_H

#include <uk/file.h>

/* Puts a file at one descriptor, closing what was there. Takes over the caller's reference
 * unless it fails with -EBADF or -ENOMEM. */
int uk_fd_replace(int descriptor, struct uk_file *file, bool close_on_exec);
/* FD_CLOEXEC of an open descriptor, which nothing here acts on but programs read back. */
bool uk_fd_close_on_exec(int descriptor);
void uk_fd_set_close_on_exec(int descriptor, bool close_on_exec);
/* One past the highest descriptor that may be open. */
int uk_fd_end(void);

#endif
