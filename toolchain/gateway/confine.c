/* Takes from the gateway what it does not need: a filter of system calls, of which none opens a
 * file or starts anything. */
#include "confine.h"
#include "kernel.h"
#include "text.h"

#define LOAD 0x20
#define JUMP_EQUAL 0x15
#define RETURN 0x06
#define NUMBER 0
#define ARCHITECTURE 4
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const uint32_t allowed[] = {
	CALL_RECVFROM,	  CALL_SENDTO,	   CALL_EPOLL_WAIT, CALL_EPOLL_CTL, CALL_CLOSE,
	CALL_ACCEPT4,	  CALL_SOCKET,	   CALL_CONNECT,    CALL_SHUTDOWN,  CALL_SETSOCKOPT,
	CALL_GETSOCKOPT,  CALL_MMAP,	   CALL_GETRANDOM,  CALL_EXIT_GROUP,
	CALL_CLOCK_GETTIME,
};

void confine(void)
{
	static struct filter_instruction filter[2 * COUNT(allowed) + 5];
	const struct limit none = {0, 0};
	struct filter_program program = {0, filter};
	unsigned at = 0;
	long error;

	filter[at++] = (struct filter_instruction){LOAD, 0, 0, ARCHITECTURE};
	filter[at++] = (struct filter_instruction){JUMP_EQUAL, 1, 0, (uint32_t)AUDIT_ARCH_X86_64};
	filter[at++] = (struct filter_instruction){RETURN, 0, 0, SECCOMP_KILL_PROCESS};
	filter[at++] = (struct filter_instruction){LOAD, 0, 0, NUMBER};
	for (unsigned i = 0; i < COUNT(allowed); i++) {
		filter[at++] = (struct filter_instruction){JUMP_EQUAL, 0, 1, allowed[i]};
		filter[at++] = (struct filter_instruction){RETURN, 0, 0, SECCOMP_ALLOW};
	}
	filter[at++] = (struct filter_instruction){RETURN, 0, 0, SECCOMP_KILL_PROCESS};
	program.length = (uint16_t)at;
	call(CALL_CHDIR, "/");
	call(CALL_PRLIMIT, 0, RLIMIT_CORE, &none, 0);
	call(CALL_PRLIMIT, 0, RLIMIT_FSIZE, &none, 0);
	call(CALL_PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0);
	error = call(CALL_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!error)
		error = call(CALL_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, &program);
	if (error)
		fail("cannot give up system calls", NULL, error);
}
