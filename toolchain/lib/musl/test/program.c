/* What a program finds out about itself and its surroundings, and jumping and leaving. */
#define _GNU_SOURCE
#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static int constructed;
static jmp_buf here;
static volatile sig_atomic_t caught;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

static void last(void)
{
	puts("SUCCESS");
}

static _Noreturn void jump(int depth)
{
	if (depth)
		jump(depth - 1);
	longjmp(here, 7);
}

static void catch(int number)
{
	caught = number;
}

static void signals(void)
{
	sigset_t set, old;
	assert(signal(SIGUSR1, catch) != SIG_ERR);
	assert(!raise(SIGUSR1) && caught == SIGUSR1);
	caught = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	assert(!sigprocmask(SIG_BLOCK, &set, &old));
	assert(!raise(SIGUSR1) && !caught);
	assert(!sigpending(&set) && sigismember(&set, SIGUSR1) == 1);
	assert(!sigprocmask(SIG_SETMASK, &old, NULL) && caught == SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	assert(!raise(SIGUSR1));
}

static void randomness(void)
{
	unsigned char bytes[4096];
	unsigned bits = 0;
	assert(getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		bits += (unsigned)__builtin_popcount(bytes[i]);
	/* 16384 expected; this far off does not happen by chance */
	assert(bits > 15500 && bits < 17300);
}

int main(int count, char **arguments, char **environment)
{
	struct utsname name;
	struct rlimit limit;
	assert(count >= 1 && arguments[0] && !arguments[count]);
	assert(environment == environ);
	assert(constructed);
	assert(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_PHDR) && getauxval(AT_RANDOM));
	assert(!memcmp((char *)getauxval(AT_PHDR) - sizeof(Elf64_Ehdr), ELFMAG, SELFMAG));
	assert(!uname(&name) && !strcmp(name.sysname, "Linux"));
	assert(getpid() > 0 && sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	assert(sysconf(_SC_PAGESIZE) == 4096 && sysconf(_SC_PHYS_PAGES) > 0);
	assert(!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur >= 256);
	assert(!setenv("COLOUR", "green", 1) && !strcmp(getenv("COLOUR"), "green"));
	assert(setjmp(here) == 7 || (jump(5), 0));
	signals();
	randomness();
	assert(syscall(SYS_getpid) == getpid());
	assert(syscall(100000) == -1 && errno == ENOSYS);
	assert(fork() != 0); /* a process where there can be one, ENOSYS where not */
	assert(!atexit(last));
	return 0;
}
