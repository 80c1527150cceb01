/*
 * The mount table: a path belongs to the file system with the longest matching mount point. Some
 * are there from the beginning, /dev among them; others are mounted as the guest starts.
 */
#include "place.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

/* What UK_MOUNT() declares, gathered by the linker. */
extern const struct uk_mount __start_uk_mounts[], __stop_uk_mounts[];

struct later_mount {
	struct uk_mount mount; /* the first member: a pointer to the one is one to the other */
	struct later_mount *next;
};
static struct later_mount *later_mounts;

/* The mount after another one, the first one after NULL; NULL: there is none. */
static const struct uk_mount *next_mount(const struct uk_mount *mount)
{
	if (!mount)
		return __start_uk_mounts;
	if (mount >= __start_uk_mounts && mount < __stop_uk_mounts)
		return mount + 1 < __stop_uk_mounts ? mount + 1 : (struct uk_mount *)later_mounts;
	return (struct uk_mount *)((const struct later_mount *)mount)->next;
}

int uk_mount(const char *path, struct uk_filesystem *filesystem)
{
	for (const struct uk_mount *other = next_mount(NULL); other; other = next_mount(other))
		if (!strcmp(other->path, path))
			return -EBUSY;
	struct later_mount *new = uk_alloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct later_mount){{path, strlen(path), filesystem}, later_mounts};
	later_mounts = new;
	return 0;
}

struct uk_filesystem *uk_mounted_at(const char *absolute, const char **rest)
{
	const struct uk_mount *longest = NULL;
	for (const struct uk_mount *mount = next_mount(NULL); mount; mount = next_mount(mount)) {
		char end = strncmp(absolute, mount->path, mount->length) ? 'x'
									 : absolute[mount->length];
		if ((!end || end == '/') && (!longest || mount->length > longest->length))
			longest = mount;
	}
	if (!longest)
		return NULL;
	*rest = absolute + longest->length;
	*rest += **rest == '/';
	return longest->filesystem;
}

void uk_each_mounted(void (*function)(struct uk_filesystem *filesystem))
{
	for (const struct uk_mount *mount = next_mount(NULL); mount; mount = next_mount(mount))
		function(mount->filesystem);
}
