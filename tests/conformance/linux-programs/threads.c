/* Threads that never wait: each gets its turn, with all registers as they were. */
// machines: microvm
// expect: success
#include <pthread.h>
#include <time.h>
#include "check.h"

#define MANY 200

static volatile int stop;

static void *spin(void *unused)
{
	(void)unused;
	while (!stop)
		;
	return NULL;
}

/* The main thread would never run again if the others could keep the processor. */
static void busy_threads(void)
{
	pthread_t threads[4];
	struct timespec pause = {0, 30000000};

	for (int i = 0; i < 4; i++)
		check(pthread_create(&threads[i], NULL, spin, NULL) == 0);
	nanosleep(&pause, NULL);
	stop = 1;
	for (int i = 0; i < 4; i++)
		check(pthread_join(threads[i], NULL) == 0);
}

/* Vector registers, those of the x87 unit and the red zone: what is computed depends on all. */
static void *compute(void *argument)
{
	double seed = *(double *)argument, sum = 0;
	long double precise = seed;

	for (int i = 1; i < 1000000; i++) {
		sum += seed / i;
		precise += (long double)1 / (i + (long double)seed);
	}
	double *result = malloc(2 * sizeof(double));
	result[0] = sum;
	result[1] = (double)precise;
	return result;
}

static void registers(void)
{
	pthread_t threads[3];
	double seeds[3] = {1, 2, 3}, *results[3];

	for (int i = 0; i < 3; i++)
		check(pthread_create(&threads[i], NULL, compute, &seeds[i]) == 0);
	for (int i = 0; i < 3; i++)
		check(pthread_join(threads[i], (void **)&results[i]) == 0);
	for (int i = 0; i < 3; i++) {
		double *alone = compute(&seeds[i]);

		check(alone[0] == results[i][0] && alone[1] == results[i][1]);
	}
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static int here;
static _Thread_local int own;

static void *gather(void *argument)
{
	own = (int)(long)argument;
	pthread_mutex_lock(&mutex);
	if (++here == MANY)
		pthread_cond_broadcast(&all_here);
	while (here < MANY)
		pthread_cond_wait(&all_here, &mutex);
	pthread_mutex_unlock(&mutex);
	return (void *)(long)own;
}

static void many_threads(void)
{
	pthread_t threads[MANY];
	void *result;

	for (long i = 0; i < MANY; i++)
		check(pthread_create(&threads[i], NULL, gather, (void *)i) == 0);
	for (long i = 0; i < MANY; i++)
		check(pthread_join(threads[i], &result) == 0 && (long)result == i);
}

static void timed_wait(void)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_nsec += 5000000;
	limit.tv_sec += limit.tv_nsec / 1000000000;
	limit.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	check(pthread_cond_timedwait(&all_here, &mutex, &limit) != 0);
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	busy_threads();
	registers();
	many_threads();
	timed_wait();
	return success();
}
