// What survives a loss of power: first checks that everything is there that was synced before,
// says up to which step, and then goes on step by step, saying of each when it is synced. In a
// step a file is replaced by renaming, a page of another is overwritten, and a log grows.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 5
#define PAGES 16
#define PAGE 4096
#define LONGEST 20000

static unsigned char buffer[LONGEST + 1], expected[LONGEST];

#define must(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *what, int line)
{
	printf("FAILED line %d: %s\n", line, what);
	exit(1);
}

static size_t length_of(unsigned step)
{
	return step * 977 % LONGEST + 4;
}

static void fill(unsigned char *bytes, size_t length, unsigned step)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(step * 31 + i * 7 + i / 256);
	memcpy(bytes, &step, 4);
}

/* The step of what is in the buffer, which is whole. */
static unsigned step_of(size_t length)
{
	unsigned step;
	memcpy(&step, buffer, 4);
	fill(expected, length, step);
	must(!memcmp(buffer, expected, length));
	return step;
}

/* The latest step up to `last` that did this; 0: none. */
static unsigned latest(unsigned last, unsigned index, unsigned of)
{
	while (last && last % of != index)
		last--;
	return last;
}

static void path_of(char *path, unsigned index)
{
	sprintf(path, "/data/files/%u", index);
}

static unsigned read_log(void)
{
	char line[17];
	unsigned last = 0;
	int log = open("/data/log", O_RDONLY);
	ssize_t got;
	while (log >= 0 && (got = read(log, line, 16)) != 0) {
		must(got == 16);
		line[16] = 0;
		must((unsigned)atoi(line) == last + 1);
		last++;
	}
	close(log);
	return last;
}

static void check_files(unsigned last)
{
	char path[32];
	for (unsigned i = 0; i < FILES; i++) {
		unsigned synced = latest(last, i, FILES);
		path_of(path, i);
		int file = open(path, O_RDONLY);
		if (file < 0) {
			must(!synced);
			continue;
		}
		ssize_t got = read(file, buffer, sizeof(buffer));
		must(got >= 4 && close(file) == 0);
		unsigned step = step_of((size_t)got);
		must((size_t)got == length_of(step));
		/* The step after the last may have come so far. */
		must(step == synced || (step == last + 1 && step % FILES == i));
	}
}

static void check_pages(unsigned last)
{
	int file = open("/data/pages", O_RDONLY);
	for (unsigned i = 0; i < PAGES && file >= 0; i++) {
		unsigned synced = latest(last, i, PAGES);
		ssize_t got = pread(file, buffer, PAGE, (off_t)i * PAGE);
		if (got < PAGE) {
			must(!synced);
			continue;
		}
		unsigned step = step_of(PAGE);
		must(step == synced || (step == last + 1 && step % PAGES == i));
	}
	must(file >= 0 || !last);
	close(file);
}

static void replace_file(unsigned step)
{
	char path[32];
	int file = open("/data/files/new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	fill(buffer, length_of(step), step);
	must(write(file, buffer, length_of(step)) == (ssize_t)length_of(step));
	must(!fsync(file) && !close(file));
	path_of(path, step % FILES);
	must(!rename("/data/files/new", path));
}

int main(int count, char **arguments)
{
	unsigned last = read_log();
	setvbuf(stdout, NULL, _IOLBF, 0);
	check_files(last);
	check_pages(last);
	printf("found %u\n", last);
	if (count > 1 && !strcmp(arguments[1], "check"))
		return 0;
	mkdir("/data/files", 0700);
	int pages = open("/data/pages", O_RDWR | O_CREAT, 0600);
	int log = open("/data/log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	must(pages >= 0 && log >= 0);
	if (!last) {
		for (unsigned i = 0; i < PAGES; i++) {
			fill(buffer, PAGE, 0);
			must(pwrite(pages, buffer, PAGE, (off_t)i * PAGE) == PAGE);
		}
		must(!fsync(pages));
	}
	for (unsigned step = last + 1;; step++) {
		replace_file(step);
		fill(buffer, PAGE, step);
		must(pwrite(pages, buffer, PAGE, (off_t)(step % PAGES) * PAGE) == PAGE);
		must(!fdatasync(pages));
		sprintf((char *)buffer, "%015u\n", step);
		must(write(log, buffer, 16) == 16 && !fsync(log));
		printf("synced %u\n", step);
	}
}
