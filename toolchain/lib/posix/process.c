/* Processes: there is one, without children, and it cannot have any. */
#include "process.h"
#include <errno.h>
#include <uk/exit.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

_Noreturn void posix_end(int status)
{
	if (uk_before_exit)
		uk_before_exit();
	uk_plat_exit(status);
}

long uk_sys_wait4(long process, long status, long options, long usage)
{
	(void)process, (void)status, (void)options, (void)usage;
	return -ECHILD;
}

long uk_sys_waitid(long type, long process, long information, long options, long usage)
{
	(void)type, (void)process, (void)information, (void)options, (void)usage;
	return -ECHILD;
}

long uk_sys_setpgid(long process, long group)
{
	return (process == 0 || process == 1) && (group == 0 || group == 1) ? 0 : -EPERM;
}
