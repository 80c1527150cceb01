/*
 * Changing users and other things that Linux keeps per thread and POSIX per process: here they
 * are kept once, so no other thread has to be told.
 */
#include <errno.h>
#include <unistd.h>
#include "libc.h"
#include "syscall.h"

void __synccall(void (*function)(void *), void *context)
{
	function(context);
}

int __setxid(int number, int real, int effective, int saved)
{
	long result = -ENOSYS;
	switch (number) {
	case SYS_setuid:
		result = __syscall(SYS_setuid, real);
		break;
	case SYS_setgid:
		result = __syscall(SYS_setgid, real);
		break;
	case SYS_setreuid:
		result = __syscall(SYS_setreuid, real, effective);
		break;
	case SYS_setregid:
		result = __syscall(SYS_setregid, real, effective);
		break;
	case SYS_setresuid:
		result = __syscall(SYS_setresuid, real, effective, saved);
		break;
	case SYS_setresgid:
		result = __syscall(SYS_setresgid, real, effective, saved);
		break;
	}
	return (int)__syscall_ret((unsigned long)result);
}
