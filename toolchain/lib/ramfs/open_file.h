/* An open file of the file system in memory. */
#ifndef UK_RAMFS_OPEN_FILE_H
#define UK_RAMFS_OPEN_FILE_H

#include "node.h"
#include <uk/file.h>

/* Opens a file or a directory: takes an open reference on the node. 0 or -ENOMEM. */
int open_file_create(struct node *node, int flags, struct uk_file **file);

/* Sets both times, leaving one out where UTIME_OMIT says so. */
void open_file_set_times(struct node *node, const struct timespec times[2]);

#endif
