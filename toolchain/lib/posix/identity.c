/*
 * Who and where the program is: one process, number 1, of the superuser, on a machine whose
 * name comes with the guest's configuration.
 */
#define _GNU_SOURCE /* domainname */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/random.h>
#include <uk/syscalls.h>

/* Every field has this size. */
static void put(char field[65], const char *text)
{
	strncpy(field, text, 64);
	field[64] = 0;
}

long uk_sys_uname(long result)
{
	struct utsname *name = (struct utsname *)result;
	const char *host = uk_boot_config_get("hostname");
	memset(name, 0, sizeof(*name));
	put(name->sysname, "Linux"); /* the interface that is spoken here */
	put(name->nodename, host ? host : "unikernel");
	put(name->release, "5.10.0-unikernel");
	put(name->version, "pulumi-unikernel");
	put(name->machine, "x86_64");
	put(name->domainname, "(none)");
	return 0;
}

long uk_sys_sysinfo(long result)
{
	struct sysinfo *info = (struct sysinfo *)result;
	/* Only the kernel's part: libc reserves room behind it. */
	memset(info, 0, offsetof(struct sysinfo, __reserved));
	info->uptime = uk_clock_monotonic() / 1000000000;
	info->totalram = uk_pages_total();
	info->freeram = uk_pages_free_count();
	info->mem_unit = UK_PAGE_SIZE;
	info->procs = 1;
	return 0;
}

long uk_sys_getrandom(long buffer, long length, long flags)
{
	if (flags & ~7L)
		return -EINVAL;
	uk_random((void *)buffer, (size_t)length);
	return length;
}

long uk_sys_getpid(void)
{
	return 1;
}

long uk_sys_getppid(void)
{
	return 0;
}

long uk_sys_getpgrp(void)
{
	return 1;
}

long uk_sys_getpgid(long process)
{
	return process == 0 || process == 1 ? 1 : -ESRCH;
}

long uk_sys_getsid(long process)
{
	return process == 0 || process == 1 ? 1 : -ESRCH;
}

long uk_sys_getuid(void)
{
	return 0;
}

long uk_sys_geteuid(void)
{
	return 0;
}

long uk_sys_getgid(void)
{
	return 0;
}

long uk_sys_getegid(void)
{
	return 0;
}

long uk_sys_getgroups(long count, long groups)
{
	(void)count;
	(void)groups;
	return 0;
}

static long put_three(long real, long effective, long saved)
{
	*(unsigned *)real = *(unsigned *)effective = *(unsigned *)saved = 0;
	return 0;
}

long uk_sys_getresuid(long real, long effective, long saved)
{
	return put_three(real, effective, saved);
}

long uk_sys_getresgid(long real, long effective, long saved)
{
	return put_three(real, effective, saved);
}

/* Becoming somebody else would drop no right here, so it is refused rather than pretended. */
long uk_sys_setuid(long user)
{
	return user ? -EPERM : 0;
}

long uk_sys_setgid(long group)
{
	return group ? -EPERM : 0;
}
