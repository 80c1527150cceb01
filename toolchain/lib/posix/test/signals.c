/* Signals between threads: a handler ends a wait, sigwait() takes what is blocked. */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pthread_t handled_by;
static volatile int handled;

static void handler(int number)
{
	handled = number;
	handled_by = pthread_self();
}

static void *sleeper(void *argument)
{
	struct timespec request = {100, 0}, left = {0, 0};
	(void)argument;
	assert(nanosleep(&request, &left) == -1 && errno == EINTR);
	assert(left.tv_sec >= 98 && left.tv_sec < 100);
	assert(handled == SIGUSR1 && pthread_equal(handled_by, pthread_self()));
	return NULL;
}

static void *reader(void *argument)
{
	char byte;
	assert(read(*(int *)argument, &byte, 1) == -1 && errno == EINTR);
	return NULL;
}

static void *waiter(void *argument)
{
	sigset_t *set = argument;
	int number;
	assert(!sigwait(set, &number));
	return (void *)(long)number;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler};
	struct timespec soon = {0, 10000000};
	pthread_t thread;
	sigset_t set;
	void *result;
	int ends[2];
	assert(!sigaction(SIGUSR1, &action, NULL));

	assert(!pthread_create(&thread, NULL, sleeper, NULL));
	usleep(20000);
	assert(!pthread_kill(thread, SIGUSR1) && !pthread_join(thread, NULL));

	assert(!pipe(ends) && !pthread_create(&thread, NULL, reader, ends));
	usleep(20000);
	assert(!pthread_kill(thread, SIGUSR1) && !pthread_join(thread, NULL));

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	assert(!pthread_create(&thread, NULL, waiter, &set));
	usleep(20000);
	assert(!kill(getpid(), SIGTERM) && !pthread_join(thread, &result));
	assert(result == (void *)SIGTERM);
	assert(sigtimedwait(&set, NULL, &soon) == -1 && errno == EAGAIN);

	sigaddset(&set, SIGUSR1);
	assert(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	handled = 0;
	raise(SIGUSR1);
	assert(!handled);
	sigemptyset(&set);
	assert(sigsuspend(&set) == -1 && errno == EINTR && handled == SIGUSR1);
	assert(!sigpending(&set) && !sigismember(&set, SIGUSR1));

	char name[16];
	assert(!prctl(PR_SET_NAME, "a name that is too long") && !prctl(PR_GET_NAME, name));
	assert(!strcmp(name, "a name that is "));
	assert(wait(NULL) == -1 && errno == ECHILD);
	pthread_attr_t attributes;
	void *stack;
	size_t size;
	assert(!pthread_getattr_np(pthread_self(), &attributes));
	assert(!pthread_attr_getstack(&attributes, &stack, &size));
	assert((char *)&size > (char *)stack && (char *)&size < (char *)stack + size);
	puts("SUCCESS");
	return 0;
}
