/* Cancelling threads: while they wait, at the next point, and not where it is disabled. */
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static int cleaned;

static void unlock(void *argument)
{
	cleaned++;
	pthread_mutex_unlock(argument);
}

static void *waits(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	for (;;)
		pthread_cond_wait(&never, &mutex);
	pthread_cleanup_pop(1);
	return NULL;
}

static void *sleeps(void *argument)
{
	(void)argument;
	sleep(1000);
	return NULL;
}

static void *reads(void *argument)
{
	char byte;
	ssize_t got = read(*(int *)argument, &byte, 1);
	return (void *)got;
}

static void *refuses(void *argument)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	usleep(50000);
	pthread_testcancel();
	cleaned++;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	pthread_testcancel();
	return argument;
}

static void cancelled(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	void *result;
	assert(!pthread_create(&thread, NULL, function, argument));
	usleep(20000);
	assert(!pthread_cancel(thread));
	assert(!pthread_join(thread, &result));
	assert(result == PTHREAD_CANCELED);
}

int main(void)
{
	int ends[2];
	assert(!pipe(ends));
	cancelled(waits, NULL);
	assert(cleaned == 1 && !pthread_mutex_trylock(&mutex));
	cancelled(sleeps, NULL);
	cancelled(reads, &ends[0]);
	cancelled(refuses, NULL);
	assert(cleaned == 2);
	puts("SUCCESS");
	return 0;
}
