/* Directories, renaming, symbolic links, and paths with all their corners. */
#define _GNU_SOURCE
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define fails(call, number) (errno = 0, (call) == -1 && errno == (number))

static void touch(const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT, 0644);
	assert(file >= 0 && !close(file));
}

static void many(void)
{
	enum { COUNT = 3000 };
	static char seen[COUNT];
	char name[64];
	int number, others = 0;
	assert(!mkdir("many", 0755));
	for (int i = 0; i < COUNT; i++) {
		sprintf(name, "many/a-longer-name-%d", i);
		touch(name);
	}
	DIR *directory = opendir("many");
	struct dirent *entry;
	assert(directory);
	while ((entry = readdir(directory))) {
		if (sscanf(entry->d_name, "a-longer-name-%d", &number) != 1) {
			assert(!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."));
			others++;
			continue;
		}
		assert(!seen[number]++ && entry->d_type == DT_REG);
		/* Removing while reading must not hide another name. */
		assert(!unlinkat(dirfd(directory), entry->d_name, 0));
	}
	for (int i = 0; i < COUNT; i++)
		assert(seen[i]);
	assert(others == 2);
	rewinddir(directory);
	for (others = 0; readdir(directory); others++)
		;
	assert(others == 2 && !closedir(directory));
	assert(!rmdir("many") && fails(rmdir("many"), ENOENT));
}

static void renaming(void)
{
	struct stat before, after;
	assert(!mkdir("a", 0755) && !mkdir("a/b", 0755) && !mkdir("c", 0755));
	touch("a/file");
	assert(!stat("a/file", &before) && !rename("a/file", "c/moved"));
	assert(!stat("c/moved", &after) && before.st_ino == after.st_ino);
	assert(fails(access("a/file", F_OK), ENOENT));
	touch("c/other");
	assert(!rename("c/moved", "c/other") && !stat("c/other", &after));
	assert(after.st_ino == before.st_ino);
	assert(!rename("c/other", "c/other"));
	assert(fails(rename("a", "a/b/inside"), EINVAL));
	assert(fails(rename("c/other", "a"), EISDIR));
	assert(fails(rename("a", "c/other"), ENOTDIR));
	assert(fails(rename("a", "c"), ENOTEMPTY));
	assert(fails(rename("nothing", "c/x"), ENOENT));
	assert(!rename("a", "c/a") && !access("c/a/b", F_OK));
	assert(!mkdir("empty", 0755) && !rename("c/a", "empty") && !access("empty/b", F_OK));
	assert(!stat("empty", &after) && after.st_nlink == 3);
	assert(fails(rename("/dev/null", "null"), EXDEV));
	assert(!unlink("c/other") && !rmdir("c") && !rmdir("empty/b") && !rmdir("empty"));
}

static void links(void)
{
	char target[PATH_MAX];
	struct stat status;
	assert(!mkdir("real", 0755) && !mkdir("real/deep", 0755));
	touch("real/file");
	assert(!symlink("real/deep", "short") && !symlink("/tmp/dirs/real", "absolute"));
	assert(readlink("short", target, sizeof(target)) == 9 && !memcmp(target, "real/deep", 9));
	assert(!lstat("short", &status) && S_ISLNK(status.st_mode));
	assert(!stat("short", &status) && S_ISDIR(status.st_mode));
	assert(!stat("absolute/file", &status) && S_ISREG(status.st_mode));
	/* ".." is the parent of where the link leads */
	assert(!stat("short/../file", &status) && S_ISREG(status.st_mode));
	touch("absolute/made");
	assert(!access("real/made", F_OK));
	assert(!symlink("loop2", "loop1") && !symlink("loop1", "loop2"));
	assert(fails(open("loop1", O_RDONLY), ELOOP) && fails(stat("loop1/x", &status), ELOOP));
	assert(fails(open("short", O_RDONLY | O_NOFOLLOW), ELOOP));
	assert(!symlink("nowhere", "dangling") && fails(stat("dangling", &status), ENOENT));
	touch("dangling"); /* creates what it points to */
	assert(!access("nowhere", F_OK));
	assert(fails(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST));
	char *resolved = realpath("absolute/../short", NULL);
	assert(resolved && !strcmp(resolved, "/tmp/dirs/real/deep"));
	free(resolved);
	const char *names[] = {"short", "absolute", "loop1", "loop2", "dangling",
			       "nowhere", "real/file", "real/made"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert(!unlink(names[i]));
	assert(!rmdir("real/deep") && !rmdir("real"));
}

static void corners(void)
{
	char name[PATH_MAX + 10], *current;
	struct stat status;
	int directory;
	assert(!mkdir("x", 0755) && fails(mkdir("x", 0755), EEXIST));
	assert(fails(mkdir("y/z", 0755), ENOENT) && fails(mkdir("/", 0755), EEXIST));
	touch("x/file");
	assert(fails(rmdir("x"), ENOTEMPTY) && fails(unlink("x"), EISDIR));
	assert(fails(rmdir("x/file"), ENOTDIR) && fails(stat("x/file/y", &status), ENOTDIR));
	assert(fails(stat("x/file/", &status), ENOTDIR) && !stat("x//./", &status));
	assert(fails(open("x", O_WRONLY), EISDIR) && fails(open("", O_RDONLY), ENOENT));
	assert(fails(open("x/file", O_RDONLY | O_DIRECTORY), ENOTDIR));
	assert(!stat("../../../../tmp/dirs/x/file", &status));
	memset(name, 'n', 300);
	name[300] = 0;
	assert(fails(open(name, O_RDONLY), ENAMETOOLONG));
	memset(name, '/', PATH_MAX);
	name[PATH_MAX] = 0;
	assert(fails(stat(name, &status), ENAMETOOLONG));

	directory = open("x", O_RDONLY | O_DIRECTORY);
	assert(directory >= 0 && !faccessat(directory, "file", F_OK, 0));
	assert(read(directory, name, 10) == -1 && errno == EISDIR);
	assert(!mkdirat(directory, "sub", 0700) && !renameat(directory, "sub", directory, "new"));
	assert(!fchdir(directory) && (current = getcwd(NULL, 0)));
	assert(!strcmp(current, "/tmp/dirs/x"));
	free(current);
	assert(!rmdir("new") && !chdir("..") && getcwd(name, sizeof(name)));
	assert(!strcmp(name, "/tmp/dirs"));
	assert(fails(chdir("x/file"), ENOTDIR) && !getcwd(name, 3) && errno == ERANGE);
	assert(!fstatat(directory, "", &status, AT_EMPTY_PATH) && S_ISDIR(status.st_mode));
	close(directory);
	umask(077);
	assert(!mkdir("masked", 0777) && !stat("masked", &status));
	assert((status.st_mode & 0777) == 0700);
	umask(022);
	assert(!rmdir("masked") && !unlink("x/file") && !rmdir("x"));
}

int main(void)
{
	assert(!mkdir("/tmp/dirs", 0755) && !chdir("/tmp/dirs"));
	many();
	renaming();
	links();
	corners();
	assert(!chdir("/") && !rmdir("/tmp/dirs"));
	puts("SUCCESS");
	return 0;
}
