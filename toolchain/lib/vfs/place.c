/*
 * Paths. The common one, without links and without "..", is only copied and looked up. A path
 * with ".." behind a name, or one in which the file system met a symbolic link, is walked name
 * by name, since ".." leads to the parent of where a link leads.
 */
#include "place.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <uk/mem.h>

/* As many as Linux follows before it calls them a loop. */
#define MOST_LINKS 40
/* walk() found that it must look at every name. */
#define NEEDS_CARE 1

static char *current_directory; /* NULL: the root */

const char *uk_current_directory(void)
{
	return current_directory ? current_directory : "/";
}

int uk_set_current_directory(const char *absolute)
{
	char *copy = uk_alloc(strlen(absolute) + 1);
	if (!copy)
		return -ENOMEM;
	strcpy(copy, absolute);
	uk_free(current_directory);
	current_directory = copy;
	return 0;
}

/* A path being built: `text` has no slash at its end, and is empty for the root. */
struct walk {
	char *text;
	size_t length;
	size_t given; /* how much of it came from the starting directory */
	char *rest;   /* still to walk, behind a followed link; in memory of its own */
	unsigned links;
};

static void drop_name(struct walk *walk)
{
	while (walk->length && walk->text[--walk->length] != '/')
		;
	walk->text[walk->length] = 0;
	if (walk->given > walk->length)
		walk->given = walk->length;
}

/* Replaces the last name by the link's target. Returns what is to be walked next, NULL when
 * the name is no link; an error in *error. */
static const char *follow_link(struct walk *walk, const char *rest, int *error)
{
	const char *below;
	struct uk_filesystem *filesystem = uk_mounted_at(walk->text, &below);
	if (!filesystem || !filesystem->ops->readlink)
		return NULL;
	char *joined = uk_alloc(2 * PATH_MAX);
	if (!joined) {
		*error = -ENOMEM;
		return NULL;
	}
	ssize_t length = filesystem->ops->readlink(filesystem, below, joined, PATH_MAX - 1);
	if (length >= 0 && ++walk->links > MOST_LINKS)
		*error = -ELOOP;
	else if (length >= 0 && (size_t)length + strlen(rest) + 2 > PATH_MAX)
		*error = -ENAMETOOLONG;
	if (length < 0 || *error) {
		uk_free(joined);
		return NULL;
	}
	if (*rest)
		joined[length++] = '/';
	strcpy(joined + length, rest);
	uk_free(walk->rest);
	walk->rest = joined;
	drop_name(walk);
	if (*joined == '/') {
		walk->length = walk->given = 0;
		walk->text[0] = 0;
	}
	return joined;
}

/* Appends a path to walk->text. 0, NEEDS_CARE, or an error. */
static int walk_path(struct walk *walk, const char *path, bool careful, bool follow)
{
	for (;;) {
		while (*path == '/')
			path++;
		if (!*path)
			return 0;
		size_t length = strcspn(path, "/");
		const char *rest = path + length;
		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		if (length == 1 && path[0] == '.') {
			path = rest;
			continue;
		}
		if (length == 2 && path[0] == '.' && path[1] == '.') {
			if (!careful && walk->length > walk->given)
				return NEEDS_CARE;
			drop_name(walk);
			path = rest;
			continue;
		}
		if (walk->length + 1 + length + 1 > PATH_MAX)
			return -ENAMETOOLONG;
		walk->text[walk->length++] = '/';
		memcpy(walk->text + walk->length, path, length);
		walk->length += length;
		walk->text[walk->length] = 0;
		path = rest;
		if (careful && (follow || rest[strspn(rest, "/")])) {
			int error = 0;
			const char *next = follow_link(walk, rest, &error);
			if (error)
				return error;
			if (next)
				path = next;
		}
	}
}

static int start_of(int directory, const char *path, const char **start)
{
	*start = "";
	if (*path == '/')
		return 0;
	if (directory == AT_FDCWD) {
		*start = current_directory ? current_directory : "";
		return 0;
	}
	struct uk_file *file = uk_fd_get(directory);
	if (!file)
		return -EBADF;
	if (!file->path)
		return -ENOTDIR;
	*start = file->path;
	return 0;
}

/* The place of a path; its memory is the caller's to free, also after an error. */
static int resolve(const char *start, const char *path, bool careful, bool follow,
		   struct place *place)
{
	size_t length = strlen(path), given = strlen(start);
	if (given && start[given - 1] == '/')
		given--;
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	/* A walk without links only gets shorter. */
	char *text = uk_alloc(careful ? PATH_MAX + 1 : given + length + 2);
	if (!text)
		return -ENOMEM;
	memcpy(text, start, given);
	text[given] = 0;
	struct walk walk = {.text = text, .length = given, .given = given};
	int error = walk_path(&walk, path, careful, follow);
	uk_free(walk.rest);
	*place = (struct place){.absolute = text, .directory = length && path[length - 1] == '/'};
	if (error)
		return error;
	place->filesystem = uk_mounted_at(text, &place->path);
	if (!walk.length) {
		strcpy(text, "/");
		place->path = "";
	}
	return place->filesystem ? 0 : -ENOENT;
}

long uk_at_place(int directory, const char *path, bool follow, place_operation operation,
		 void *argument)
{
	const char *start;
	struct place place = {0};
	if (!*path)
		return -ENOENT;
	int error = start_of(directory, path, &start);
	if (error)
		return error;
	error = resolve(start, path, false, follow, &place);
	long result = error ? error : operation(&place, argument);
	if (error != NEEDS_CARE && result != -ELOOP) {
		uk_free(place.absolute);
		return result;
	}
	uk_free(place.absolute);
	place.absolute = NULL;
	error = resolve(start, path, true, follow, &place);
	result = error ? error : operation(&place, argument);
	uk_free(place.absolute);
	return result;
}
