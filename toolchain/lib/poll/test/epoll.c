/* Level and edge, one shot, nesting, closing, timeouts; poll and select. */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#undef NDEBUG

static uint64_t milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void add(int set, int descriptor, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = descriptor};

	assert(epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

static int ready(int set)
{
	struct epoll_event events[8];
	int count = epoll_wait(set, events, 8, 0);

	assert(count >= 0);
	return count;
}

static void test_level(void)
{
	int set = epoll_create1(EPOLL_CLOEXEC), ends[2];
	struct epoll_event event;
	char byte;

	assert(set >= 0 && pipe(ends) == 0);
	add(set, ends[0], EPOLLIN);
	assert(ready(set) == 0);
	assert(write(ends[1], "ab", 2) == 2);
	for (int i = 0; i < 3; i++)
		assert(ready(set) == 1);
	assert(read(ends[0], &byte, 1) == 1 && ready(set) == 1);
	assert(epoll_wait(set, &event, 1, -1) == 1);
	assert(event.data.fd == ends[0] && event.events == EPOLLIN);
	assert(read(ends[0], &byte, 1) == 1 && ready(set) == 0);
	close(ends[1]);
	assert(epoll_wait(set, &event, 1, -1) == 1 && (event.events & EPOLLHUP));
	close(ends[0]);
	assert(ready(set) == 0);
	close(set);
}

static void test_edge_and_one_shot(void)
{
	int set = epoll_create1(0), ends[2];
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};

	assert(pipe(ends) == 0);
	add(set, ends[0], EPOLLIN | EPOLLET);
	assert(write(ends[1], "a", 1) == 1);
	assert(ready(set) == 1 && ready(set) == 0);
	assert(write(ends[1], "b", 1) == 1);
	assert(ready(set) == 1 && ready(set) == 0);
	event.data.fd = ends[0];
	assert(epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event) == 0);
	assert(ready(set) == 1 && ready(set) == 0);
	assert(write(ends[1], "c", 1) == 1 && ready(set) == 0);
	assert(epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event) == 0 && ready(set) == 1);
	assert(epoll_ctl(set, EPOLL_CTL_DEL, ends[0], NULL) == 0);
	assert(epoll_ctl(set, EPOLL_CTL_DEL, ends[0], NULL) == -1 && errno == ENOENT);
	close(ends[0]);
	close(ends[1]);
	close(set);
}

static void test_mistakes_and_nesting(void)
{
	int set = epoll_create1(0), outer = epoll_create1(0), ends[2];
	struct epoll_event event = {.events = EPOLLIN};

	assert(pipe(ends) == 0);
	assert(epoll_ctl(set, EPOLL_CTL_ADD, 99, &event) == -1 && errno == EBADF);
	assert(epoll_ctl(set, EPOLL_CTL_ADD, set, &event) == -1 && errno == EINVAL);
	assert(epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &event) == -1 && errno == EINVAL);
	assert(epoll_wait(set, &event, 0, 0) == -1 && errno == EINVAL);
	add(set, ends[0], EPOLLIN);
	assert(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) == -1 && errno == EEXIST);
	add(outer, set, EPOLLIN);
	assert(epoll_ctl(set, EPOLL_CTL_ADD, outer, &event) == -1 && errno == ELOOP);
	assert(ready(outer) == 0);
	assert(write(ends[1], "x", 1) == 1);
	assert(ready(outer) == 1 && ready(set) == 1);
	close(ends[0]);
	close(ends[1]);
	assert(ready(outer) == 0);
	close(set);
	close(outer);
}

static void *write_later(void *argument)
{
	usleep(30000);
	assert(write((int)(intptr_t)argument, "x", 1) == 1);
	return NULL;
}

static void test_waiting(void)
{
	int set = epoll_create1(0), ends[2];
	struct epoll_event event;
	pthread_t writer;
	char byte;
	uint64_t before = milliseconds();

	assert(pipe(ends) == 0);
	add(set, ends[0], EPOLLIN);
	assert(epoll_wait(set, &event, 1, 40) == 0 && milliseconds() - before >= 39);
	assert(pthread_create(&writer, NULL, write_later, (void *)(intptr_t)ends[1]) == 0);
	assert(epoll_wait(set, &event, 1, 5000) == 1);
	assert(read(ends[0], &byte, 1) == 1 && pthread_join(writer, NULL) == 0);

	struct pollfd watched[3] = {{ends[0], POLLIN, 0}, {-1, POLLIN, 0}, {99, POLLIN, 0}};

	before = milliseconds();
	assert(poll(watched, 2, 40) == 0 && milliseconds() - before >= 39);
	assert(poll(watched, 3, -1) == 1 && watched[2].revents == POLLNVAL);
	assert(pthread_create(&writer, NULL, write_later, (void *)(intptr_t)ends[1]) == 0);
	assert(poll(watched, 1, -1) == 1 && watched[0].revents == POLLIN);
	assert(pthread_join(writer, NULL) == 0);

	fd_set readable, writable;
	struct timeval limit = {0, 40000};

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(ends[0], &readable);
	FD_SET(ends[1], &writable);
	assert(select(ends[1] + 1, &readable, &writable, NULL, NULL) == 2);
	assert(read(ends[0], &byte, 1) == 1);
	before = milliseconds();
	FD_SET(ends[0], &readable);
	assert(select(ends[0] + 1, &readable, NULL, NULL, &limit) == 0);
	assert(milliseconds() - before >= 39 && !FD_ISSET(ends[0], &readable));
	FD_SET(99, &readable);
	assert(select(100, &readable, NULL, NULL, NULL) == -1 && errno == EBADF);
	close(ends[0]);
	close(ends[1]);
	close(set);
}

/* Many files watched, one ready: found again and again. */
static void test_many(void)
{
	enum { PIPES = 100 };
	static int ends[PIPES][2];
	int set = epoll_create1(0);
	struct epoll_event event;
	char byte;

	for (int i = 0; i < PIPES; i++) {
		assert(pipe(ends[i]) == 0);
		add(set, ends[i][0], EPOLLIN | EPOLLET);
	}
	for (int i = 0; i < PIPES; i++) {
		assert(write(ends[i][1], "x", 1) == 1);
		assert(epoll_wait(set, &event, 1, -1) == 1 && event.data.fd == ends[i][0]);
		assert(read(ends[i][0], &byte, 1) == 1);
	}
	for (int i = 0; i < PIPES; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	close(set);
}

int main(void)
{
	test_level();
	test_edge_and_one_shot();
	test_mistakes_and_nesting();
	test_waiting();
	test_many();
	puts("SUCCESS");
	return 0;
}
