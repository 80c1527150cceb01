/*
 * What programs ask of a scheduler, answered for one processor whose threads are equal: one
 * policy, one priority, one bit of affinity.
 */
#define _GNU_SOURCE
#include "thread.h"
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <uk/syscalls.h>

static bool exists(long id)
{
	return !id || posix_thread_find((int)id);
}

long uk_sys_sched_getscheduler(long id)
{
	return exists(id) ? SCHED_OTHER : -ESRCH;
}

long uk_sys_sched_setscheduler(long id, long policy, long parameters)
{
	if (!exists(id))
		return -ESRCH;
	if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return -EPERM;
	return ((const struct sched_param *)parameters)->sched_priority ? -EINVAL : 0;
}

long uk_sys_sched_getparam(long id, long parameters)
{
	if (!exists(id))
		return -ESRCH;
	*(int *)parameters = 0;
	return 0;
}

long uk_sys_sched_setparam(long id, long parameters)
{
	return uk_sys_sched_setscheduler(id, SCHED_OTHER, parameters);
}

long uk_sys_sched_get_priority_max(long policy)
{
	return policy == SCHED_OTHER ? 0 : -EINVAL;
}

long uk_sys_sched_get_priority_min(long policy)
{
	return policy == SCHED_OTHER ? 0 : -EINVAL;
}

/* Only the name of a thread is kept, and given back to whoever asks. */
long uk_sys_prctl(long option, long argument, long third, long fourth, long fifth)
{
	(void)third, (void)fourth, (void)fifth;
	struct posix_thread *self = posix_thread_current();
	switch (option) {
	case PR_SET_NAME:
		strncpy(self->name, (const char *)argument, sizeof(self->name) - 1);
		return 0;
	case PR_GET_NAME:
		memcpy((char *)argument, self->name, sizeof(self->name));
		return 0;
	default:
		return -EINVAL;
	}
}

/* One processor, so one bit. */
long uk_sys_sched_getaffinity(long id, long length, long mask)
{
	if (!exists(id))
		return -ESRCH;
	if (length < (long)sizeof(long) || length % (long)sizeof(long))
		return -EINVAL;
	*(unsigned long *)mask = 1;
	return sizeof(long);
}

long uk_sys_sched_setaffinity(long id, long length, long mask)
{
	if (!exists(id))
		return -ESRCH;
	if (length < 1 || !(*(const unsigned char *)mask & 1))
		return -EINVAL;
	return 0;
}

long uk_sys_getcpu(long processor, long node, long unused)
{
	(void)unused;
	if (processor)
		*(unsigned *)processor = 0;
	if (node)
		*(unsigned *)node = 0;
	return 0;
}

/* Memory barriers between threads of one processor: nothing to do, for every command. */
long uk_sys_membarrier(long command, long flags, long processor)
{
	(void)command;
	(void)processor;
	return flags ? -EINVAL : 0;
}
