/* Files in memory: content, position, length, and files that are open without a name. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE (6 << 20)

static void large(void)
{
	static uint32_t block[3000]; /* not a divisor of a page */
	struct stat status;
	int file = open("large", O_RDWR | O_CREAT | O_EXCL, 0644);
	uint32_t next = 0;
	off_t written = 0;
	assert(file >= 0);
	while (written < LARGE) {
		for (size_t i = 0; i < 3000; i++)
			block[i] = next++;
		assert(write(file, block, sizeof(block)) == sizeof(block));
		written += (off_t)sizeof(block);
	}
	assert(!fstat(file, &status) && status.st_size == written && S_ISREG(status.st_mode));
	for (uint32_t at = 0; at < next; at += 98765) {
		uint32_t value;
		assert(pread(file, &value, 4, (off_t)at * 4) == 4 && value == at);
	}
	assert(lseek(file, 0, SEEK_CUR) == written);
	assert(lseek(file, -4, SEEK_END) == written - 4);
	assert(read(file, block, 100) == 4 && block[0] == next - 1 && read(file, block, 1) == 0);
	assert(!unlink("large") && open("large", O_RDONLY) == -1 && errno == ENOENT);
	assert(pread(file, block, 8, 4000) == 8 && block[0] == 1000); /* still there */
	assert(!fstat(file, &status) && status.st_nlink == 0);
	assert(!close(file));
}

static void holes(void)
{
	char bytes[16];
	struct stat status;
	int file = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert(pwrite(file, "end", 3, 1 << 20) == 3);
	assert(pread(file, bytes, 16, 5000) == 16 && !bytes[0] && !bytes[15]);
	assert(!fstat(file, &status) && status.st_size == (1 << 20) + 3);
	assert(status.st_blocks * 512 < 100000);
	assert(!ftruncate(file, (1 << 20) + 1) && !ftruncate(file, (1 << 20) + 3));
	assert(pread(file, bytes, 3, 1 << 20) == 3 && bytes[0] == 'e' && !bytes[1] && !bytes[2]);
	assert(!truncate("sparse", 0) && !fstat(file, &status) && status.st_size == 0);
	assert(ftruncate(file, -1) == -1 && errno == EINVAL);
	assert(lseek(file, -1, SEEK_SET) == -1 && errno == EINVAL);
	close(file);
	assert(!unlink("sparse"));
}

static void appending(void)
{
	char text[32] = "";
	int file = open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	int other = open("log", O_RDWR);
	assert(write(file, "one ", 4) == 4 && write(other, "ONE", 3) == 3);
	assert(write(file, "two", 3) == 3 && pread(other, text, 31, 0) == 7);
	assert(!strcmp(text, "ONE two"));
	assert((fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND)) == (O_WRONLY | O_APPEND));
	close(file);
	close(other);
	file = open("log", O_RDWR | O_TRUNC);
	assert(lseek(file, 0, SEEK_END) == 0);
	close(file);
	assert(!unlink("log"));
}

static void streams(void)
{
	char line[64];
	FILE *file = fopen("text", "w+");
	assert(file);
	for (int i = 0; i < 5000; i++)
		assert(fprintf(file, "line %d\n", i) > 0);
	rewind(file);
	for (int i = 0; i < 5000; i++) {
		int number;
		assert(fgets(line, sizeof(line), file));
		assert(sscanf(line, "line %d", &number) == 1 && number == i);
	}
	assert(!fgets(line, sizeof(line), file) && feof(file));
	fclose(file);
	file = tmpfile();
	assert(file && fputs("x", file) >= 0 && !fclose(file));
	char name[] = "/tmp/XXXXXX";
	int descriptor = mkstemp(name);
	assert(descriptor >= 0 && !access(name, R_OK | W_OK) && !unlink(name));
	close(descriptor);
}

static void mapping_and_sending(void)
{
	int file = open("text", O_RDONLY), copy = open("copy", O_RDWR | O_CREAT, 0644);
	struct stat status, copied;
	off_t offset = 5;
	assert(!fstat(file, &status));
	char *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	assert(memory != MAP_FAILED && !memcmp(memory, "line 0\nline 1\n", 14));
	assert(!munmap(memory, (size_t)status.st_size));
	assert(sendfile(copy, file, &offset, (size_t)status.st_size) == status.st_size - 5);
	assert(offset == status.st_size && !fstat(copy, &copied));
	assert(copied.st_size == status.st_size - 5);
	close(file);
	close(copy);
	assert(!unlink("copy") && !unlink("text"));
}

static void times(void)
{
	struct timespec both[2] = {{1000, 5}, {2000, 7}};
	struct stat status;
	int file = open("timed", O_WRONLY | O_CREAT, 0640);
	assert(!fstat(file, &status) && (status.st_mode & 0777) == 0640);
	assert(!futimens(file, both) && !stat("timed", &status));
	assert(status.st_mtim.tv_sec == 2000 && status.st_mtim.tv_nsec == 7);
	assert(!utimensat(AT_FDCWD, "timed", NULL, 0) && !stat("timed", &status));
	assert(status.st_mtim.tv_sec > 1700000000);
	assert(!fchmod(file, 0400) && !chmod("timed", 0604) && !stat("timed", &status));
	assert((status.st_mode & 0777) == 0604);
	close(file);
	assert(!unlink("timed"));
}

int main(void)
{
	assert(!mkdir("/tmp/files", 0755) && !chdir("/tmp/files"));
	large();
	large(); /* all memory came back */
	holes();
	appending();
	streams();
	mapping_and_sending();
	times();
	assert(!chdir("/") && !rmdir("/tmp/files"));
	puts("SUCCESS");
	return 0;
}
