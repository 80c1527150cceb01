/* Descriptors, duplication, flags, and the devices. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void duplicates(void)
{
	int ends[2], extra;
	char byte;
	assert(!pipe2(ends, O_CLOEXEC));
	assert(ends[0] == 3 && ends[1] == 4); /* the lowest that are free */
	assert(fcntl(ends[0], F_GETFD) == FD_CLOEXEC);
	extra = dup(ends[1]);
	assert(extra == 5 && fcntl(extra, F_GETFD) == 0);
	assert(!close(ends[1]));
	assert(write(extra, "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x');
	assert(dup2(extra, 100) == 100 && fcntl(extra, F_DUPFD, 50) == 50);
	assert(dup3(extra, extra, 0) == -1 && errno == EINVAL);
	assert(dup2(extra, extra) == extra);
	assert(!close(extra) && !close(100));
	assert(write(50, "y", 1) == 1);
	assert(!close(50));
	assert(read(ends[0], &byte, 1) == 1 && byte == 'y');
	assert(read(ends[0], &byte, 1) == 0); /* the last writer is gone */
	assert(!close(ends[0]) && close(ends[0]) == -1 && errno == EBADF);
	for (int i = 0; i < 200; i++) {
		int descriptor = open("/dev/null", O_RDWR);
		assert(descriptor == 3 + i);
	}
	assert(!close(77) && open("/dev/null", O_RDONLY) == 77);
	for (int i = 0; i < 200; i++)
		assert(!close(3 + i));
}

static void devices(void)
{
	char bytes[64], more[64];
	struct stat status;
	int zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_WRONLY);
	int random = open("/dev/../dev/./urandom", O_RDONLY), null = open("/dev/null", O_RDWR);
	memset(bytes, 1, sizeof(bytes));
	assert(read(zero, bytes, sizeof(bytes)) == sizeof(bytes) && !bytes[0] && !bytes[63]);
	assert(write(full, bytes, 1) == -1 && errno == ENOSPC);
	assert(read(random, bytes, 64) == 64 && read(random, more, 64) == 64);
	assert(memcmp(bytes, more, 64));
	assert(write(null, bytes, 64) == 64 && read(null, bytes, 64) == 0);
	assert(read(full, bytes, 1) == -1 && errno == EBADF);
	assert(!stat("/dev/null", &status) && S_ISCHR(status.st_mode));
	assert(!fstat(zero, &status) && S_ISCHR(status.st_mode));
	assert(open("/dev/nothing", O_RDWR) == -1 && errno == ENOENT);
	assert(open("/dev/null/x", O_RDWR) == -1);
	close(zero);
	close(full);
	close(random);
	close(null);
	assert(!isatty(3));
}

static void vectors(void)
{
	int ends[2];
	char a[3], b[5];
	struct iovec out[3] = {{"ab", 2}, {"", 0}, {"cdefgh", 6}};
	struct iovec in[2] = {{a, 3}, {b, 5}};
	assert(!pipe(ends));
	assert(writev(ends[1], out, 3) == 8);
	int waiting;
	assert(!ioctl(ends[0], FIONREAD, &waiting) && waiting == 8);
	assert(readv(ends[0], in, 2) == 8 && !memcmp(a, "abc", 3) && !memcmp(b, "defgh", 5));
	assert(lseek(ends[0], 0, SEEK_CUR) == -1 && errno == ESPIPE);
	assert(pread(ends[0], a, 1, 0) == -1 && errno == ESPIPE);
	assert(writev(ends[1], out, -1) == -1 && errno == EINVAL);
	assert(write(ends[0], a, 1) == -1 && errno == EBADF);
	assert(read(ends[1], a, 1) == -1 && errno == EBADF);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	duplicates();
	devices();
	vectors();
	puts("SUCCESS");
	return 0;
}
