/*
 * sendfile and copy_file_range: from one descriptor to another through a buffer.
 */
#include <errno.h>
#include <uk/file.h>
#include <uk/mem.h>
#include <uk/syscalls.h>

#define PART_BYTES 16384

static long transfer(long to, long to_offset, long from, long from_offset, long length)
{
	off_t *source = (off_t *)from_offset, *target = (off_t *)to_offset;
	long done = 0, moved = 0;
	char *buffer = uk_alloc(PART_BYTES);
	if (!buffer)
		return -ENOMEM;
	while (done < length) {
		long part = length - done < PART_BYTES ? length - done : PART_BYTES;
		long got = source ? uk_sys_pread64(from, (long)buffer, part, *source)
				  : uk_sys_read(from, (long)buffer, part);
		if (got <= 0) {
			moved = got;
			break;
		}
		moved = target ? uk_sys_pwrite64(to, (long)buffer, got, *target)
			       : uk_sys_write(to, (long)buffer, got);
		long taken = moved > 0 ? moved : 0;
		done += taken;
		if (source)
			*source += taken;
		else if (taken < got) /* what was not taken is read again the next time */
			uk_sys_lseek(from, taken - got, 1);
		if (target)
			*target += taken;
		if (taken < got)
			break;
	}
	uk_free(buffer);
	return done ? done : moved;
}

long uk_sys_sendfile(long to, long from, long offset, long length)
{
	return transfer(to, 0, from, offset, length);
}

long uk_sys_copy_file_range(long from, long from_offset, long to, long to_offset, long length,
			    long flags)
{
	return flags ? -EINVAL : transfer(to, to_offset, from, from_offset, length);
}
