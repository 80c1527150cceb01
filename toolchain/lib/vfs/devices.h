/* The file system at /dev. */
#ifndef UK_VFS_DEVICES_H
#define UK_VFS_DEVICES_H

#include <uk/file.h>

extern struct uk_filesystem uk_devices;

#endif
