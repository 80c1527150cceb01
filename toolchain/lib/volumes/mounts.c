/*
 * Mounts what the guest's configuration says: for each volume a disk's name and where its files
 * are to be. A guest whose volumes cannot all be mounted does not run.
 */
#include "volume.h"
#include <string.h>
#include <uk/exit.h>
#include <uk/init.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

#define EXIT_STATUS 1
#define NAME_BYTES sizeof(((struct uk_blkdev *)0)->name)

static struct volume *volumes;

static void print(const char *text)
{
	uk_console_write(text, strlen(text));
}

static _Noreturn void fail(const char *path, const char *name, const char *problem)
{
	print("[unikernel] the volume ");
	print(path);
	print(" (disk ");
	print(name);
	print(") ");
	print(problem);
	print("\n");
	uk_plat_exit(EXIT_STATUS);
}

/* Directories on the way, so that the mount point is seen from above; not all file systems in
 * which it may lie have any. */
static void make_directories(const char *path)
{
	char copy[PATH_MAX];
	size_t length = strlen(path);

	if (length >= PATH_MAX)
		return;
	memcpy(copy, path, length + 1);
	for (size_t i = 1; i <= length; i++) {
		if (copy[i] && copy[i] != '/')
			continue;
		copy[i] = 0;
		uk_sys_mkdir((long)copy, 0755);
		copy[i] = path[i];
	}
}

/* NAME=PATH */
static void mount(const char *value, bool read_only)
{
	const char *path = strchr(value, '=');
	char name[NAME_BYTES] = "";

	if (!path || (size_t)(path - value) >= NAME_BYTES || path[1] != '/')
		fail(value, "?", "is not described as NAME=/PATH");
	memcpy(name, value, (size_t)(path - value));
	path++;
	struct uk_blkdev *disk = uk_blkdev_find(name);
	struct volume *volume = uk_zalloc(sizeof(*volume));

	if (!disk)
		fail(path, name, "has no disk");
	if (!volume)
		fail(path, name, "needs more memory than the guest has");
	const char *problem = volume_start(volume, disk, read_only);

	if (problem)
		fail(path, name, problem);
	make_directories(path);
	if (uk_mount(path, &volume->filesystem))
		fail(path, name, "cannot be mounted there: something else is");
	volume->next = volumes;
	volumes = volume;
}

static void mount_all(void)
{
	static const char writable[] = "volume:", read_only[] = "volume.read-only:";
	size_t length = 0;
	const char *config = uk_boot_config(&length);

	for (size_t at = 0; config && at < length; at += strlen(config + at) + 1) {
		const char *entry = config + at;

		if (!strncmp(entry, writable, sizeof(writable) - 1))
			mount(entry + sizeof(writable) - 1, false);
		if (!strncmp(entry, read_only, sizeof(read_only) - 1))
			mount(entry + sizeof(read_only) - 1, true);
	}
}
UK_INIT(UK_STAGE_MOUNT, mount_all);

/* What a program leaves unsynced when it ends is not lost, as little as on Linux. */
void uk_before_exit(void)
{
	for (struct volume *volume = volumes; volume; volume = volume->next)
		volume_ops.sync(&volume->filesystem);
}
