/*
 * Places in files and in directories, for file systems: lseek() and the records of getdents().
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uk/file.h>
#include <unistd.h>

off_t uk_file_seek(struct uk_file *file, off_t size, off_t offset, int whence)
{
	off_t base = 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = file->offset;
		break;
	case SEEK_END:
		base = size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &offset))
		return -EOVERFLOW;
	if (offset < 0)
		return -EINVAL;
	return file->offset = offset;
}

size_t uk_put_dirent(char *buffer, size_t room, const struct uk_dirent *entry)
{
	struct dirent *record = (struct dirent *)buffer;
	size_t length = offsetof(struct dirent, d_name) + strlen(entry->name) + 1;

	length = (length + 7) & ~(size_t)7;
	if (length > room)
		return 0;
	record->d_ino = entry->number;
	record->d_off = entry->next;
	record->d_reclen = (unsigned short)length;
	record->d_type = entry->type;
	strcpy(record->d_name, entry->name);
	return length;
}
