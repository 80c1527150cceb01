/* How programs end: exit status, signals, crashes in libc and in a thread. */
// expect: status 7 with exit
// expect: console "at exit" with exit
// expect: status 8 with quick
// expect: status 0 with thread
// expect: console "at exit" with thread
// expect: status 134 with abort
// expect: status 143 with terminate
// expect: status 134 with assert
// expect: console "Assertion failed: count == 0" with assert
// expect: crash "page fault: null pointer" with null
// expect: crash "stack overflow" with overflow
// expect: crash "page fault: null pointer" with double-free
// expect: crash "invalid instruction" with misplaced-free
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void at_exit(void)
{
	puts("at exit");
}

static __attribute__((noinline)) int recurse(volatile int *outer)
{
	volatile int inner[64];
	if (*outer < 0) /* so that the compiler believes in an end */
		return 0;
	inner[0] = *outer + 1;
	return recurse(inner) + inner[0];
}

static void *overflow(void *argument)
{
	volatile int start = 0;
	recurse(&start);
	return argument;
}

static void *nothing(void *argument)
{
	usleep(10000);
	return argument;
}

int main(int count, char **arguments)
{
	const char *how = arguments[1];
	pthread_t thread;
	char *volatile pointer = NULL;
	atexit(at_exit);
	if (!strcmp(how, "exit"))
		exit(7);
	if (!strcmp(how, "quick"))
		_exit(8);
	if (!strcmp(how, "thread")) { /* the program lives as long as its last thread */
		pthread_create(&thread, NULL, nothing, NULL);
		pthread_exit(NULL);
	}
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "terminate"))
		raise(SIGTERM);
	if (!strcmp(how, "assert"))
		assert(count == 0);
	if (!strcmp(how, "null"))
		*pointer = 1;
	if (!strcmp(how, "overflow")) {
		pthread_create(&thread, NULL, overflow, NULL);
		pthread_join(thread, NULL);
	}
	if (!strcmp(how, "double-free")) {
		char *volatile neighbour = malloc(100);
		pointer = malloc(100);
		assert(neighbour && pointer);
		free(pointer);
		free(pointer);
	}
	if (!strcmp(how, "misplaced-free")) {
		pointer = malloc(100);
		free(pointer + 1);
	}
	return 1;
}
