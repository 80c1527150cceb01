/* Pipes and event counters between threads: blocking, not blocking, and closed. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TOTAL (1 << 20)

static int ends[2];

static void *produce(void *argument)
{
	char part[1000];
	size_t sent = 0;
	(void)argument;
	while (sent < TOTAL) {
		size_t length = sizeof(part) < TOTAL - sent ? sizeof(part) : TOTAL - sent;
		for (size_t i = 0; i < length; i++)
			part[i] = (char)((sent + i) * 31 >> 3);
		assert(write(ends[1], part, length) == (ssize_t)length);
		sent += length;
	}
	close(ends[1]);
	return NULL;
}

static void stream(void)
{
	pthread_t thread;
	char part[777];
	size_t received = 0;
	ssize_t got;
	assert(!pipe(ends));
	assert(!pthread_create(&thread, NULL, produce, NULL));
	while ((got = read(ends[0], part, sizeof(part))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			assert(part[i] == (char)((received + (size_t)i) * 31 >> 3));
		received += (size_t)got;
	}
	assert(got == 0 && received == TOTAL);
	pthread_join(thread, NULL);
	close(ends[0]);
}

static void not_blocking(void)
{
	static char block[100000];
	assert(!pipe2(ends, O_NONBLOCK));
	assert(read(ends[0], block, 1) == -1 && errno == EAGAIN);
	ssize_t room = write(ends[1], block, sizeof(block));
	assert(room > 0 && room < (ssize_t)sizeof(block)); /* as much as fits */
	assert(write(ends[1], block, 1) == -1 && errno == EAGAIN);
	assert(read(ends[0], block, 10) == 10);
	assert(write(ends[1], block, 100) == -1 && errno == EAGAIN); /* small ones are not torn */
	signal(SIGPIPE, SIG_IGN);
	close(ends[0]);
	assert(write(ends[1], block, 1) == -1 && errno == EPIPE);
	close(ends[1]);
}

static int counter;

static void *ring(void *argument)
{
	uint64_t three = 3;
	usleep(10000);
	assert(write(counter, &three, 8) == 8);
	return argument;
}

static void counters(void)
{
	pthread_t thread;
	uint64_t value;
	counter = eventfd(0, 0);
	assert(counter >= 0 && !pthread_create(&thread, NULL, ring, NULL));
	assert(read(counter, &value, 8) == 8 && value == 3);
	pthread_join(thread, NULL);
	close(counter);
	counter = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	assert(read(counter, &value, 8) == 8 && value == 1);
	assert(read(counter, &value, 8) == 8 && value == 1);
	assert(read(counter, &value, 8) == -1 && errno == EAGAIN);
	value = UINT64_MAX - 1;
	assert(write(counter, &value, 8) == 8);
	value = 1;
	assert(write(counter, &value, 8) == -1 && errno == EAGAIN);
	close(counter);
}

int main(void)
{
	stream();
	not_blocking();
	counters();
	puts("SUCCESS");
	return 0;
}
