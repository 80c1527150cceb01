/* The host's request to end is SIGTERM, whatever the program waits in. */
// machines: microvm microvm-acpi pc xen linux
// stop after: waiting
// expect: success with epoll
// expect: success with poll
// expect: success with select
// expect: success with read
// expect: success with accept
// expect: success with nanosleep
// expect: success with pause
// expect: success with sigwait
// expect: success with restart
// expect: success with later
// expect: success with busy
// expect: success with thread
// expect: status 143 with default
// expect: status 143 with default-of-threads
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;
static int ends[2];

static void handler(int number)
{
	handled += number;
}

static void catch(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	assert(sigaction(SIGTERM, &action, NULL) == 0);
}

static void interrupted(long result)
{
	assert(result == -1 && errno == EINTR && handled == SIGTERM);
}

static void *forever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void start(void *(*entry)(void *))
{
	pthread_t thread;

	assert(pthread_create(&thread, NULL, entry, NULL) == 0);
}

/* The handler has run, and the call goes on: what ends it is the byte that it finds. */
static void *write_when_handled(void *unused)
{
	while (!handled)
		usleep(1000);
	assert(write(ends[1], "x", 1) == 1);
	return unused;
}

static void wait_in(const char *what)
{
	struct timespec long_time = {100, 0}, left;
	struct epoll_event event;
	struct pollfd poll_one = {.fd = ends[0], .events = POLLIN};
	sigset_t set;
	char byte;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (!strcmp(what, "epoll")) {
		catch(SA_RESTART);
		interrupted(epoll_wait(epoll_create1(0), &event, 1, -1));
	} else if (!strcmp(what, "poll")) {
		catch(SA_RESTART);
		interrupted(poll(&poll_one, 1, -1));
	} else if (!strcmp(what, "select")) {
		fd_set readable;

		FD_ZERO(&readable);
		FD_SET(ends[0], &readable);
		catch(SA_RESTART);
		interrupted(select(ends[0] + 1, &readable, NULL, NULL, NULL));
		assert(FD_ISSET(ends[0], &readable));
	} else if (!strcmp(what, "read")) {
		catch(0);
		interrupted(read(ends[0], &byte, 1));
	} else if (!strcmp(what, "accept")) {
		struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80)};
		int listener = socket(AF_INET, SOCK_STREAM, 0);

		assert(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
		assert(listen(listener, 1) == 0);
		catch(0);
		interrupted(accept(listener, NULL, NULL));
	} else if (!strcmp(what, "nanosleep")) {
		catch(SA_RESTART);
		interrupted(nanosleep(&long_time, &left));
		assert(left.tv_sec >= 30);
	} else if (!strcmp(what, "pause")) {
		catch(SA_RESETHAND);
		interrupted(pause());
	} else if (!strcmp(what, "sigwait")) {
		assert(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
		start(forever);
		assert(sigwait(&set, &number) == 0 && number == SIGTERM);
	} else if (!strcmp(what, "restart")) {
		signal(SIGTERM, handler);
		start(write_when_handled);
		assert(read(ends[0], &byte, 1) == 1 && handled == SIGTERM);
	} else if (!strcmp(what, "later")) {
		assert(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
		catch(0);
		usleep(200000);
		assert(!handled);
		assert(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
		while (!handled)
			usleep(1000);
	} else if (!strcmp(what, "busy")) {
		catch(0);
		while (!handled) {
			sched_yield();
			clock_gettime(CLOCK_MONOTONIC, &left);
		}
	} else if (!strcmp(what, "thread")) {
		catch(0);
		start(forever);
		while (!handled)
			usleep(1000);
	} else if (!strcmp(what, "default")) {
		nanosleep(&long_time, NULL);
		assert(false);
	} else if (!strcmp(what, "default-of-threads")) {
		catch(0);
		signal(SIGTERM, SIG_DFL);
		start(forever);
		pause();
		assert(false);
	}
}

int main(int count, char **arguments)
{
	assert(count == 2 && pipe(ends) == 0);
	puts("waiting");
	wait_in(arguments[1]);
	puts("SUCCESS");
	return 0;
}
