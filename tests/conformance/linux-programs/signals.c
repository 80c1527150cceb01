/* Signals reach a program wherever it is: in a loop, in a fault, in a system call. */
// machines: microvm pc
// expect: success
// expect: crash "division error" with divide
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include "check.h"

static volatile sig_atomic_t count;
static volatile unsigned long seen_address;
static sigjmp_buf back;
static char other_stack[16384];
static volatile int was_on_other_stack;

static void counted(int signal)
{
	(void)signal;
	count++;
}

static void faulted(int signal, siginfo_t *information, void *context)
{
	char here;

	(void)signal, (void)context;
	seen_address = (unsigned long)information->si_addr;
	was_on_other_stack = &here > other_stack && &here < other_stack + sizeof(other_stack);
	siglongjmp(back, 1);
}

/* Goes on behind the instruction, which has two bytes. */
static void skipped(int signal, siginfo_t *information, void *context)
{
	(void)information;
	check(signal == SIGILL);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	check(sigaction(signal, &action, NULL) == 0);
}

static void faults(void)
{
	struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};

	check(sigaltstack(&stack, NULL) == 0);
	check(sigaction(SIGSEGV, &action, NULL) == 0);
	for (int i = 0; i < 3; i++) {
		if (!sigsetjmp(back, 1))
			*(volatile char *)24 = 1;
		check(seen_address == 24 && was_on_other_stack);
	}
	action.sa_sigaction = skipped;
	check(sigaction(SIGILL, &action, NULL) == 0);
	__asm__ volatile("ud2");
}

static pthread_t main_thread;

static void *interrupt_soon(void *times)
{
	struct timespec pause = {0, 3000000};

	for (long i = 0; i < (long)times; i++) {
		nanosleep(&pause, NULL);
		check(pthread_kill(main_thread, SIGUSR1) == 0);
	}
	return NULL;
}

/* A leaf function that keeps its values below the stack pointer. */
__attribute__((noinline)) static unsigned long busy(void)
{
	volatile unsigned long values[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	while (count < 5)
		for (int i = 0; i < 8; i++)
			values[i] += 8;
	unsigned long remainders = 0;
	for (int i = 0; i < 8; i++)
		remainders = remainders * 10 + values[i] % 8;
	return remainders;
}

static void in_a_loop(void)
{
	pthread_t other;

	count = 0;
	handle(SIGUSR1, counted, 0);
	check(pthread_create(&other, NULL, interrupt_soon, (void *)5) == 0);
	check(busy() == 12345670);
	pthread_join(other, NULL);
}

static void *interrupt_and_write(void *descriptor)
{
	interrupt_soon((void *)1);
	interrupt_soon(0);
	check(write((int)(long)descriptor, "x", 1) == 1);
	return NULL;
}

static void in_a_system_call(void)
{
	pthread_t other;
	int ends[2];
	char byte;
	struct timespec pause = {10, 0}, rest;

	check(pipe(ends) == 0);
	count = 0;
	handle(SIGUSR1, counted, SA_RESTART);
	check(pthread_create(&other, NULL, interrupt_and_write, (void *)(long)ends[1]) == 0);
	check(read(ends[0], &byte, 1) == 1 && byte == 'x' && count == 1);
	pthread_join(other, NULL);

	handle(SIGUSR1, counted, 0);
	check(pthread_create(&other, NULL, interrupt_soon, (void *)1) == 0);
	check(read(ends[0], &byte, 1) == -1 && errno == EINTR && count == 2);
	pthread_join(other, NULL);

	handle(SIGUSR1, counted, SA_RESTART);
	check(pthread_create(&other, NULL, interrupt_soon, (void *)1) == 0);
	check(nanosleep(&pause, &rest) == -1 && errno == EINTR && rest.tv_sec >= 1);
	pthread_join(other, NULL);
}

static void masks(void)
{
	sigset_t one, none, pending;

	sigemptyset(&none);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	count = 0;
	check(sigprocmask(SIG_BLOCK, &one, NULL) == 0);
	check(raise(SIGUSR1) == 0 && count == 0);
	check(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1));
	check(sigsuspend(&none) == -1 && errno == EINTR && count == 1);
	raise(SIGUSR1);
	check(count == 1);
	check(sigprocmask(SIG_UNBLOCK, &one, NULL) == 0 && count == 2);
}

int main(int arguments, char **values)
{
	if (arguments > 1 && !strcmp(values[1], "divide")) {
		__asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" ::: "eax", "ecx", "edx");
	}
	main_thread = pthread_self();
	faults();
	in_a_loop();
	in_a_system_call();
	masks();
	return success();
}
