// Counts its starts in a file of each volume that it is told of, and says how large they are. Then
// it waits, or ends when it is to fail.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

static void replace(const char *path, const char *temporary, const char *text)
{
	int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (file < 0 || write(file, text, strlen(text)) < 0 || fsync(file) || close(file) ||
	    rename(temporary, path))
		printf("%s: %s\n", path, strerror(errno));
}

static void count(const char *directory)
{
	char path[256], temporary[256], text[32] = "0";
	struct statfs status;

	snprintf(path, sizeof(path), "%s/starts", directory);
	snprintf(temporary, sizeof(temporary), "%s/starts.new", directory);
	int file = open(path, O_RDONLY);

	if (file >= 0) {
		ssize_t length = read(file, text, sizeof(text) - 1);
		text[length < 0 ? 0 : length] = 0;
		close(file);
	}
	int starts = atoi(text) + 1;
	snprintf(text, sizeof(text), "%d", starts);
	replace(path, temporary, text);
	statfs(directory, &status);
	printf("%s: start %d of %llu MiB\n", directory, starts,
	       (unsigned long long)status.f_blocks * (unsigned long long)status.f_bsize >> 20);
}

int main(int argc, char **argv)
{
	int fails = argc > 1 && !strcmp(argv[1], "fail");

	for (int i = 1 + fails; i < argc; i++)
		count(argv[i]);
	puts(fails ? "failing" : "ready");
	fflush(stdout);
	if (fails)
		return 3;
	for (;;)
		sleep(3600);
}
