/* Standard streams: buffering, many writers, memory streams, and what a terminal would do. */
#define _GNU_SOURCE
#include <assert.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static void *write_lines(void *argument)
{
	for (int i = 0; i < 20; i++)
		fprintf(argument, "%s\n", "0123456789012345678901234567890123456789");
	return NULL;
}

int main(void)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	pthread_t threads[4];
	assert(stream);
	for (int i = 0; i < 4; i++)
		assert(!pthread_create(&threads[i], NULL, write_lines, stream));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert(!fclose(stream) && length == 4 * 20 * 41);
	stream = fmemopen(text, length, "r");
	char *line = NULL;
	size_t room = 0, lines = 0;
	while (getline(&line, &room, stream) > 0) {
		assert(strlen(line) == 41);
		lines++;
	}
	assert(lines == 80);
	fclose(stream);
	free(line);
	free(text);

	char wide[32];
	assert(setlocale(LC_ALL, "C.UTF-8"));
	assert(snprintf(wide, sizeof(wide), "%ls", L"\u00e9\u4e2d") == 5);
	assert(asprintf(&text, "%*d", 10, 5) == 10);
	free(text);
	fprintf(stderr, "to stderr\n");
	assert(write(1, "unbuffered\n", 11) == 11);
	printf("SUC");
	fflush(stdout);
	printf("CESS\n");
	return 0;
}
