/* Many threads with mutexes, condition variables, thread-local variables and joining. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define THREADS 200
#define ROUNDS 50

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long counter;
static int arrived, gate_open;
static __thread int own = 5;
static __thread char large[3000];
static pthread_key_t key;
static int destroyed;

static void destroy(void *value)
{
	assert(value == (void *)1);
	pthread_mutex_lock(&mutex);
	destroyed++;
	pthread_mutex_unlock(&mutex);
}

static void *work(void *argument)
{
	intptr_t number = (intptr_t)argument;
	assert(own == 5 && !large[2999]);
	own = (int)number;
	large[2999] = 1;
	pthread_setspecific(key, (void *)1);
	pthread_mutex_lock(&mutex);
	arrived++;
	pthread_cond_broadcast(&changed);
	while (!gate_open)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		long seen = counter;
		if (i % 10 == 0)
			sched_yield();
		counter = seen + 1;
		pthread_mutex_unlock(&mutex);
	}
	errno = (int)number;
	sched_yield();
	assert(errno == number && own == number);
	return (void *)(number * 2);
}

static void many(void)
{
	pthread_t threads[THREADS];
	assert(!pthread_key_create(&key, destroy));
	for (intptr_t i = 0; i < THREADS; i++)
		assert(!pthread_create(&threads[i], NULL, work, (void *)i));
	pthread_mutex_lock(&mutex);
	while (arrived < THREADS)
		pthread_cond_wait(&changed, &mutex);
	gate_open = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	for (intptr_t i = 0; i < THREADS; i++) {
		void *result;
		assert(!pthread_join(threads[i], &result));
		assert(result == (void *)(i * 2));
	}
	assert(counter == THREADS * ROUNDS && destroyed == THREADS && own == 5);
}

static sem_t ended;

static void *detached(void *argument)
{
	(void)argument;
	sem_post(&ended);
	return NULL;
}

/* More than memory could hold stacks for at once. */
static void detaching(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sem_init(&ended, 0, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 2000; i++) {
		assert(!pthread_create(&thread, &attributes, detached, NULL));
		assert(!sem_wait(&ended));
	}
	for (int i = 0; i < 500; i++) {
		assert(!pthread_create(&thread, NULL, detached, NULL));
		assert(!pthread_detach(thread));
		assert(!sem_wait(&ended));
	}
}

static struct timespec in_milliseconds(clockid_t clock, long milliseconds)
{
	struct timespec time;
	clock_gettime(clock, &time);
	time.tv_nsec += milliseconds * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void *sleeper(void *argument)
{
	usleep(300000);
	return argument;
}

static void timeouts(void)
{
	struct timespec deadline = in_milliseconds(CLOCK_REALTIME, 30);
	pthread_t thread;
	sem_t semaphore;
	pthread_mutex_lock(&mutex);
	assert(pthread_cond_timedwait(&changed, &mutex, &deadline) == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	sem_init(&semaphore, 0, 0);
	deadline = in_milliseconds(CLOCK_REALTIME, 20);
	assert(sem_timedwait(&semaphore, &deadline) == -1 && errno == ETIMEDOUT);
	assert(!pthread_create(&thread, NULL, sleeper, &mutex));
	deadline = in_milliseconds(CLOCK_REALTIME, 20);
	assert(pthread_timedjoin_np(thread, NULL, &deadline) == ETIMEDOUT);
	void *result;
	assert(!pthread_join(thread, &result) && result == &mutex);
	assert(pthread_mutex_trylock(&mutex) == 0 && pthread_mutex_trylock(&mutex) == EBUSY);
	pthread_mutex_unlock(&mutex);
}

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static int readers;

static void *reader(void *argument)
{
	(void)argument;
	pthread_barrier_wait(&barrier);
	pthread_rwlock_rdlock(&lock);
	readers++;
	pthread_rwlock_unlock(&lock);
	return NULL;
}

static void others(void)
{
	pthread_t threads[8];
	pthread_barrier_init(&barrier, NULL, 9);
	for (int i = 0; i < 8; i++)
		assert(!pthread_create(&threads[i], NULL, reader, NULL));
	pthread_rwlock_wrlock(&lock);
	pthread_barrier_wait(&barrier);
	sched_yield();
	assert(readers == 0);
	pthread_rwlock_unlock(&lock);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	assert(readers == 8);
}

int main(void)
{
	many();
	detaching();
	timeouts();
	others();
	puts("SUCCESS");
	return 0;
}
