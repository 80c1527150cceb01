/* The console as an open file: descriptors 0, 1 and 2 of every program. */
#ifndef UK_VFS_CONSOLE_H
#define UK_VFS_CONSOLE_H

#include <uk/file.h>

extern struct uk_file uk_console_file;

#endif
