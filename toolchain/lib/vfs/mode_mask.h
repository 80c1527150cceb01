/* The permission bits that new files do not get. */
#ifndef UK_VFS_MODE_MASK_H
#define UK_VFS_MODE_MASK_H

#include <sys/types.h>

extern mode_t uk_mode_mask;

#endif
