/* Paths on a volume: no slash at either end, "" is the root. */
#include "volume.h"
#include <string.h>
#include <uk/mem.h>

bool volume_path_is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && path[length] == '/';
}

char *volume_path_moved(const char *path, const char *from, const char *to)
{
	const char *rest = path + strlen(from);
	char *result = uk_alloc(strlen(to) + strlen(rest) + 1);

	if (result)
		strcat(strcpy(result, to), rest);
	return result;
}

ino_t volume_path_inode(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 0x100000001b3ULL;
	return hash | 1; /* 0 would be no file */
}
