/*
 * The mount table: a path belongs to the file system with the longest matching mount point.
 * /dev is there from the beginning; the root is a library of its own (ramfs).
 */
#include "devices.h"
#include "place.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

struct mount {
	struct mount *next;
	const char *path;
	size_t length;
	struct uk_filesystem *filesystem;
};

static struct mount devices = {NULL, "/dev", 4, &uk_devices};
/* Longest path first, so the first match is the right one. */
static struct mount *mounts = &devices;

int uk_mount(const char *path, struct uk_filesystem *filesystem)
{
	size_t length = strlen(path);
	struct mount **link = &mounts;
	while (*link && (*link)->length > length)
		link = &(*link)->next;
	for (struct mount *other = *link; other && other->length == length; other = other->next)
		if (!memcmp(other->path, path, length))
			return -EBUSY;
	struct mount *new = uk_alloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct mount){*link, path, length, filesystem};
	*link = new;
	return 0;
}

struct uk_filesystem *uk_mounted_at(const char *absolute, const char **rest)
{
	for (struct mount *mount = mounts; mount; mount = mount->next) {
		const char *end = absolute + mount->length;
		if (strncmp(absolute, mount->path, mount->length) || (*end && *end != '/'))
			continue;
		*rest = *end ? end + 1 : end;
		return mount->filesystem;
	}
	return NULL;
}

void uk_each_mounted(void (*function)(struct uk_filesystem *filesystem))
{
	for (struct mount *mount = mounts; mount; mount = mount->next)
		function(mount->filesystem);
}
