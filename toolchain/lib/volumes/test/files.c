// Files on a volume, as a program sees them: content, positions, names, what happens to files
// that are open when their names change, and attributes.
// machines: microvm pc linux
// disk: data 16M
// volume: data=/data
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

static void content(void)
{
	static uint32_t block[3000], back[3000];
	struct stat status;
	int file = open("/data/large", O_RDWR | O_CREAT | O_EXCL, 0640);
	assert(file >= 0);
	for (uint32_t at = 0; at < 300000; at += 3000) {
		for (uint32_t i = 0; i < 3000; i++)
			block[i] = at + i;
		assert(write(file, block, sizeof(block)) == sizeof(block));
	}
	assert(!fstat(file, &status) && status.st_size == 1200000 && S_ISREG(status.st_mode));
	assert((status.st_mode & 0777) == 0640 && status.st_nlink == 1);
	for (uint32_t at = 0; at < 300000; at += 98765) {
		uint32_t value;
		assert(pread(file, &value, 4, (off_t)at * 4) == 4 && value == at);
	}
	/* In the middle, and beyond the end. */
	assert(pwrite(file, "middle", 6, 400001) == 6);
	assert(pread(file, back, 8, 400000) == 8 && !memcmp((char *)back + 1, "middle", 6));
	assert(pread(file, back, sizeof(back), 1200000 - 12000) == 12000 && back[0] == 297000);
	assert(pwrite(file, "end", 3, 1300000) == 3 && pread(file, back, 100, 1250000) == 100);
	assert(!back[0] && !back[24] && lseek(file, -3, SEEK_END) == 1300000);
	assert(read(file, back, 100) == 3 && !memcmp(back, "end", 3) && read(file, back, 1) == 0);
	assert(!ftruncate(file, 10) && !fstat(file, &status) && status.st_size == 10);
	assert(!ftruncate(file, 5000) && pread(file, back, 5000, 0) == 5000 && back[1000] == 0);
	assert(!fsync(file) && !fdatasync(file) && !close(file));
	assert(!truncate("/data/large", 7) && !stat("/data/large", &status) && status.st_size == 7);
	assert(!unlink("/data/large") && stat("/data/large", &status) == -1 && errno == ENOENT);
}

/* What two descriptors of one file see of each other, and O_APPEND. */
static void shared(void)
{
	char text[16] = "";
	int one = open("/data/shared", O_WRONLY | O_CREAT | O_APPEND, 0600);
	int two = open("/data/shared", O_RDWR);
	int three = open("/data/shared", O_RDONLY);
	assert(one >= 0 && two >= 0 && three >= 0);
	assert(write(one, "first", 5) == 5 && read(two, text, 16) == 5 && !memcmp(text, "first", 5));
	assert(write(two, "second", 6) == 6 && write(one, "!", 1) == 1);
	assert(read(three, text, 16) == 12 && !memcmp(text, "firstsecond!", 12));
	assert(write(three, "x", 1) == -1 && errno == EBADF);
	assert(open("/data/shared", O_RDWR | O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST);
	int four = open("/data/shared", O_RDWR | O_TRUNC);
	assert(four >= 0 && pread(three, text, 16, 0) == 0);
	close(one), close(two), close(three), close(four);
	assert(!unlink("/data/shared"));
}

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
	assert(!close(file));
}

static void expect_file(const char *path, const char *text)
{
	char buffer[64] = "";
	int file = open(path, O_RDONLY);
	assert(file >= 0 && read(file, buffer, 63) == (ssize_t)strlen(text));
	assert(!strcmp(buffer, text) && !close(file));
}

static void names(void)
{
	struct stat status;
	assert(!mkdir("/data/dir", 0700) && mkdir("/data/dir", 0700) == -1 && errno == EEXIST);
	assert(!stat("/data/dir", &status) && S_ISDIR(status.st_mode));
	assert((status.st_mode & 0777) == 0700 && status.st_mtime > 1500000000);
	write_file("/data/dir/a", "a");
	write_file("/data/dir/b", "b");
	assert(rmdir("/data/dir") == -1 && errno == ENOTEMPTY);
	assert(unlink("/data/dir") == -1 && errno == EISDIR);
	assert(rmdir("/data/dir/a") == -1 && errno == ENOTDIR);
	assert(open("/data/dir/a/x", O_RDONLY) == -1 && errno == ENOTDIR);
	assert(open("/data/none/x", O_RDWR | O_CREAT, 0600) == -1 && errno == ENOENT);
	assert(open("/data/dir", O_RDWR) == -1 && errno == EISDIR);
	assert(!rename("/data/dir/a", "/data/dir/b"));
	expect_file("/data/dir/b", "a");
	assert(rename("/data/dir", "/data/dir/below") == -1 && errno == EINVAL);
	assert(rename("/data/dir/b", "/tmp/b") == -1 && errno == EXDEV);
	assert(rename("/data/dir/none", "/data/x") == -1 && errno == ENOENT);
	assert(!mkdir("/data/empty", 0755) && !rename("/data/dir", "/data/empty"));
	expect_file("/data/empty/b", "a");
	assert(symlink("x", "/data/link") == -1 && errno == EPERM);
	assert(link("/data/empty/b", "/data/link") == -1 && errno == EPERM);
	assert(rmdir("/data") == -1 && errno == EBUSY);
	assert(!unlink("/data/empty/b") && !rmdir("/data/empty"));
	assert(!stat("/data", &status) && S_ISDIR(status.st_mode));
}

/* Fills what is free, so that blocks which only seem free would be overwritten. */
static void fill_up(void)
{
	static char block[65536];
	int file = open("/data/filler", O_WRONLY | O_CREAT, 0600);
	memset(block, 'f', sizeof(block));
	while (write(file, block, sizeof(block)) > 0)
		;
	assert(errno == ENOSPC);
	assert(write(file, block, 1) == -1 && errno == ENOSPC); /* until it is opened again */
	close(file);
	assert(!unlink("/data/filler"));
}

static void open_without_name(void)
{
	static char block[100000], back[100000];
	struct stat status;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + i / 512);
	int removed = open("/data/removed", O_RDWR | O_CREAT, 0600);
	assert(write(removed, block, sizeof(block)) == sizeof(block) && !fsync(removed));
	int replaced = open("/data/replaced", O_RDWR | O_CREAT, 0600);
	assert(write(replaced, block, sizeof(block)) == sizeof(block));
	int small = open("/data/small", O_RDWR | O_CREAT, 0600);
	assert(write(small, "small", 5) == 5);
	write_file("/data/other", "other");
	assert(!unlink("/data/removed") && !unlink("/data/small"));
	assert(!rename("/data/other", "/data/replaced"));
	fill_up();
	assert(pread(removed, back, sizeof(back), 0) == sizeof(back));
	assert(!memcmp(block, back, sizeof(back)));
	assert(pread(replaced, back, sizeof(back), 0) == sizeof(back));
	assert(!memcmp(block, back, sizeof(back)));
	assert(pread(small, back, 10, 0) == 5 && !memcmp(back, "small", 5));
	assert(pwrite(small, block, 50000, 3) == 50000 && pread(small, back, 50003, 0) == 50003);
	assert(!memcmp(back, "sma", 3) && !memcmp(back + 3, block, 50000));
	assert(pwrite(removed, "more", 4, 100000) == 4 && !fsync(removed));
	assert(!fstat(removed, &status) && status.st_nlink == 0 && status.st_size == 100004);
	/* Another file by the old name is another file. */
	write_file("/data/removed", "new");
	assert(pread(removed, back, 4, 100000) == 4 && !memcmp(back, "more", 4));
	close(removed), close(replaced), close(small);
	expect_file("/data/removed", "new");
	expect_file("/data/replaced", "other");
	assert(!unlink("/data/removed") && !unlink("/data/replaced"));
}

static void renamed_while_open(void)
{
	char text[32] = "";
	struct stat one, two;
	assert(!mkdir("/data/from", 0755));
	int moved = open("/data/from/file", O_RDWR | O_CREAT, 0600);
	assert(write(moved, "before ", 7) == 7 && !rename("/data/from/file", "/data/from/moved"));
	assert(write(moved, "between ", 8) == 8 && !rename("/data/from", "/data/to"));
	assert(write(moved, "after", 5) == 5);
	expect_file("/data/to/moved", "before between after");
	assert(!fstat(moved, &one) && !stat("/data/to/moved", &two) && one.st_ino == two.st_ino);
	assert(!close(moved));
	expect_file("/data/to/moved", "before between after");
	assert(stat("/data/from", &one) == -1 && !unlink("/data/to/moved") && !rmdir("/data/to"));
	(void)text;
}

static void reading_directories(void)
{
	char path[64];
	unsigned seen = 0, others = 0;
	assert(!mkdir("/data/many", 0755));
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "/data/many/a-name-that-takes-some-room-%03d", i);
		write_file(path, "x");
	}
	DIR *directory = opendir("/data/many");
	struct dirent *entry;
	struct stat status;
	long half = 0;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.') {
			others++;
			continue;
		}
		snprintf(path, sizeof(path), "/data/many/%s", entry->d_name);
		assert(!stat(path, &status) && status.st_ino == entry->d_ino);
		assert(entry->d_type == DT_REG);
		if (++seen == 50)
			half = telldir(directory);
	}
	assert(seen == 100 && others == 2);
	seekdir(directory, half);
	for (seen = 50; readdir(directory); seen++)
		;
	assert(seen == 100);
	rewinddir(directory);
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/data/many/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			assert(!unlink(path));
	}
	assert(!rmdir("/data/many"));
	rewinddir(directory);
	assert(!readdir(directory) && !closedir(directory));
	directory = opendir("/"); /* it is seen from above */
	for (seen = 0; (entry = readdir(directory));)
		seen += !strcmp(entry->d_name, "data");
	assert(seen == 1 && !closedir(directory));
}

static void attributes(void)
{
	struct stat status;
	struct statvfs room;
	struct timespec times[2] = {{0, UTIME_OMIT}, {1234567890, 5}};
	int file = open("/data/file", O_RDWR | O_CREAT, 0600);
	assert(!fstat(file, &status) && llabs(status.st_mtime - time(NULL)) < 100);
	assert(!fchmod(file, 0444) && !futimens(file, times) && !close(file));
	assert(!stat("/data/file", &status) && (status.st_mode & 0777) == 0444);
	assert(status.st_mtim.tv_sec == 1234567890 && status.st_mtim.tv_nsec == 5);
	assert(!chmod("/data/file", 0640) && !stat("/data/file", &status));
	assert((status.st_mode & 0777) == 0640 && status.st_mtim.tv_sec == 1234567890);
	assert(!statvfs("/data", &room) && room.f_bsize == 4096 && room.f_blocks == 4096);
	assert(room.f_bfree > 4000 && room.f_bfree < 4096 && room.f_namemax == 255);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 1};
	file = open("/data/file", O_RDWR | O_SYNC);
	assert(!fcntl(file, F_SETLK, &lock) && !fcntl(file, F_GETLK, &lock));
	assert(lock.l_type == F_UNLCK && write(file, "x", 1) == 1 && !close(file));
	assert(!unlink("/data/file"));
	sync();
}

/* Several threads at once, each with files of its own and one that all append to. */
static void *work(void *argument)
{
	char path[32], text[32];
	int number = (int)(intptr_t)argument;
	int log = open("/data/log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert(log >= 0);
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "/data/t%d-%d", number, i % 3);
		snprintf(text, sizeof(text), "thread %d round %d", number, i);
		write_file(path, text);
		expect_file(path, text);
		assert(write(log, "0123456789abcde\n", 16) == 16 && !fsync(log));
	}
	assert(!close(log));
	return NULL;
}

static void threads(void)
{
	pthread_t thread[4];
	struct stat status;
	for (intptr_t i = 0; i < 4; i++)
		assert(!pthread_create(&thread[i], NULL, work, (void *)i));
	for (int i = 0; i < 4; i++)
		assert(!pthread_join(thread[i], NULL));
	assert(!stat("/data/log", &status) && status.st_size == 4 * 20 * 16);
	expect_file("/data/t2-1", "thread 2 round 19");
}

int main(void)
{
	content();
	shared();
	names();
	open_without_name();
	renamed_while_open();
	reading_directories();
	attributes();
	threads();
	puts("SUCCESS");
	return 0;
}
