/*
 * Resource limits and usage. Limits are those of this system; lowering one is recorded for
 * whoever asks, but nothing enforces it.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

static struct rlimit limits[RLIMIT_NLIMITS];
static bool known;

static void find_out(void)
{
	if (known)
		return;
	known = true;
	for (int i = 0; i < RLIMIT_NLIMITS; i++)
		limits[i] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	limits[RLIMIT_STACK] = (struct rlimit){8 << 20, 8 << 20};
	limits[RLIMIT_CORE] = (struct rlimit){0, 0};
	limits[RLIMIT_NPROC] = (struct rlimit){1 << 16, 1 << 16};
	limits[RLIMIT_NOFILE] = (struct rlimit){CONFIG_POSIX_DESCRIPTORS,
						CONFIG_POSIX_DESCRIPTORS};
	limits[RLIMIT_MEMLOCK] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
}

long uk_sys_prlimit64(long process, long resource, long new, long old)
{
	if (process != 0 && process != 1)
		return -ESRCH;
	if (resource < 0 || resource >= RLIMIT_NLIMITS)
		return -EINVAL;
	find_out();
	struct rlimit *limit = &limits[resource];
	struct rlimit before = *limit;
	if (new) {
		const struct rlimit *wanted = (const struct rlimit *)new;
		if (wanted->rlim_cur > wanted->rlim_max)
			return -EINVAL;
		if (wanted->rlim_max > limit->rlim_max)
			return -EPERM;
		*limit = *wanted;
	}
	if (old)
		*(struct rlimit *)old = before;
	return 0;
}

long uk_sys_getrlimit(long resource, long result)
{
	return uk_sys_prlimit64(0, resource, 0, result);
}

long uk_sys_setrlimit(long resource, long limit)
{
	return uk_sys_prlimit64(0, resource, limit, 0);
}

long uk_sys_getrusage(long who, long result)
{
	struct rusage *usage = (struct rusage *)result;
	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	/* Only the kernel's part: libc reserves room behind it. */
	memset(usage, 0, offsetof(struct rusage, __reserved));
	if (who == RUSAGE_CHILDREN)
		return 0;
	uint64_t now = uk_clock_monotonic();
	usage->ru_utime.tv_sec = (time_t)(now / 1000000000);
	usage->ru_utime.tv_usec = (suseconds_t)(now % 1000000000 / 1000);
	usage->ru_maxrss = (long)((uk_pages_total() - uk_pages_free_count()) * UK_PAGE_SIZE / 1024);
	return 0;
}
