/*
 * Threads as libc wants them: clone, exit and the word that tells a joiner that the thread's
 * stack is no longer used. The scheduler does the rest.
 */
#define _GNU_SOURCE /* CLONE_ */
#include "thread.h"
#include "futex.h"
#include "interrupt.h"
#include "process.h"
#include <errno.h>
#include <sched.h>
#include <uk/clone.h>
#include <uk/mem.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

#define BUCKETS 64
static struct posix_thread *buckets[BUCKETS];

/* The thread that runs main(). */
static struct posix_thread first = {.id = 1};
static unsigned living = 1;

struct posix_thread *posix_thread_find(int id)
{
	if (id == first.id)
		return &first;
	struct posix_thread *thread = buckets[(unsigned)id % BUCKETS];
	while (thread && thread->id != id)
		thread = thread->next;
	return thread;
}

struct posix_thread *posix_thread_current(void)
{
	return posix_thread_find(uk_thread_id(uk_thread_current()));
}

struct posix_thread *posix_thread_search(bool (*accept)(const struct posix_thread *, uint64_t),
					 uint64_t argument)
{
	if (accept(&first, argument))
		return &first;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct posix_thread *thread = buckets[i]; thread; thread = thread->next)
			if (accept(thread, argument))
				return thread;
	return NULL;
}

static void forget(const struct posix_thread *thread)
{
	struct posix_thread **link = &buckets[(unsigned)thread->id % BUCKETS];
	while (*link && *link != thread)
		link = &(*link)->next;
	if (*link)
		*link = thread->next;
}

static void announce_end(const struct posix_thread *thread)
{
	if (!thread->clear_id)
		return;
	*thread->clear_id = 0;
	uk_futex_wake(thread->clear_id, 1, UINT32_MAX);
}

static void run(void *argument)
{
	struct posix_thread *self = argument;
	uk_sys_exit(self->entry(self->argument));
}

/* On another stack: the thread's own may now go away. */
static void ended(void *argument)
{
	struct posix_thread *thread = argument;
	if (thread->unmap_length)
		uk_sys_munmap((long)thread->unmap_address, (long)thread->unmap_length);
	announce_end(thread);
	forget(thread);
	uk_free(thread);
}

int uk_clone(int (*entry)(void *), void *stack_top, unsigned long flags, void *argument,
	     int *parent_id, uintptr_t tls, int *child_id)
{
	if (!(flags & CLONE_VM) || !(flags & CLONE_THREAD))
		return -ENOSYS;
	struct posix_thread *thread = uk_zalloc(sizeof(*thread));
	if (!thread)
		return -EAGAIN;
	thread->entry = entry;
	thread->argument = argument;
	thread->blocked = posix_thread_current()->blocked;
	if (flags & CLONE_CHILD_CLEARTID)
		thread->clear_id = child_id;
	/* It runs only when this thread waits, so all of it is in place by then. */
	struct uk_thread *scheduled = uk_thread_create(
		run, thread, stack_top, flags & CLONE_SETTLS ? tls : 0, ended, thread);
	if (!scheduled) {
		uk_free(thread);
		return -EAGAIN;
	}
	thread->scheduled = scheduled;
	thread->id = uk_thread_id(scheduled);
	thread->next = buckets[(unsigned)thread->id % BUCKETS];
	buckets[(unsigned)thread->id % BUCKETS] = thread;
	living++;
	if (flags & CLONE_PARENT_SETTID)
		*parent_id = thread->id;
	if (flags & CLONE_CHILD_SETTID)
		*child_id = thread->id;
	return thread->id;
}

int uk_interrupt(int id)
{
	struct posix_thread *thread = posix_thread_find(id);
	if (!thread || !thread->scheduled)
		return -ESRCH;
	uk_thread_interrupt(thread->scheduled);
	return 0;
}

/* The calling thread only; the guest ends with its last thread. */
long uk_sys_exit(long status)
{
	struct posix_thread *self = posix_thread_current();
	if (!--living)
		posix_end((int)status & 0xff);
	/* The first thread's stack belongs to the boot code and stays. */
	if (self == &first)
		announce_end(self);
	uk_thread_exit();
}

long uk_sys_exit_group(long status)
{
	posix_end((int)status & 0xff);
}

_Noreturn void uk_exit_unmapping(void *address, size_t length)
{
	struct posix_thread *self = posix_thread_current();
	self->unmap_address = address;
	self->unmap_length = length;
	uk_sys_exit(0);
	__builtin_unreachable();
}

long uk_sys_set_tid_address(long address)
{
	struct posix_thread *self = posix_thread_current();
	self->clear_id = (int *)address;
	self->scheduled = uk_thread_current(); /* libc begins with this call on the first one */
	return self->id;
}

long uk_sys_gettid(void)
{
	return uk_thread_id(uk_thread_current());
}

long uk_sys_sched_yield(void)
{
	uk_yield();
	if (posix_deliver_signals)
		posix_deliver_signals();
	return 0;
}

/* libc walks the list of robust mutexes itself when a thread ends; a kernel's copy serves
 * threads that are killed, and no thread is. */
long uk_sys_set_robust_list(long head, long length)
{
	(void)head;
	return length == 3 * (long)sizeof(long) ? 0 : -EINVAL;
}
