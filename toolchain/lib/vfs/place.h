/* From a path to the file system that is mounted there. */
#ifndef UK_VFS_PLACE_H
#define UK_VFS_PLACE_H

#include <uk/file.h>

struct place {
	struct uk_filesystem *filesystem;
	const char *path; /* below the mount */
	char *absolute;	  /* with the leading slash */
	bool directory;	  /* it was written with a slash at its end */
};

/* What is done at a place; `argument` is the caller's. */
typedef long (*place_operation)(const struct place *place, void *argument);

/*
 * Resolves a path, relative to an open directory or AT_FDCWD, and runs the operation; once
 * more if that met a symbolic link. `follow`: also one at the end of the path.
 */
long uk_at_place(int directory, const char *path, bool follow, place_operation operation,
		 void *argument);

/* The current directory, absolute, and its change. */
const char *uk_current_directory(void);
int uk_set_current_directory(const char *absolute);

/* The file system that owns a normalised absolute path, and the rest of that path. */
struct uk_filesystem *uk_mounted_at(const char *absolute, const char **rest);
/* Calls a function with every mounted file system. */
void uk_each_mounted(void (*function)(struct uk_filesystem *filesystem));

#endif
