/* The environment comes from the guest's configuration, and may be changed. */
// environment: COLOUR=green EMPTY= PAIR=a=b
#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments, char **given)
{
	assert(count == 1 && !arguments[1]);
	assert(environ == given && given[0] && given[1] && given[2] && !given[3]);
	assert(!strcmp(getenv("COLOUR"), "green"));
	assert(!strcmp(getenv("EMPTY"), ""));
	assert(!strcmp(getenv("PAIR"), "a=b"));
	assert(!getenv("ABSENT") && !getenv("COL"));
	assert(!setenv("COLOUR", "red", 1) && !strcmp(getenv("COLOUR"), "red"));
	assert(!unsetenv("EMPTY") && !getenv("EMPTY"));
	puts("SUCCESS");
	return 0;
}
