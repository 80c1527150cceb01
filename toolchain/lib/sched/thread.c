/* Threads: how they begin and how they end. */
#include "scheduler.h"
#include <uk/errors.h>
#include <uk/mem.h>
#include <uk/plat.h>

#define STACK_PAGES (1 + CONFIG_SCHED_STACK_KIB * 1024 / UK_PAGE_SIZE) /* guard page first */
#define REAPER_STACK_PAGES 4

/* Stands in for a thread that has ended, until another one can run: its stack is gone. */
static struct uk_thread reaper;
static char *reaper_stack;
static size_t thread_count = 1;
static int last_id = 1;

static bool prepare_reaper(void)
{
	if (!reaper_stack)
		reaper_stack = uk_pages_alloc(REAPER_STACK_PAGES, 1);
	return reaper_stack != NULL;
}

static char *new_stack(void)
{
	char *stack = uk_plat_stack_take(STACK_PAGES * UK_PAGE_SIZE);
	int error;

	if (!stack && (stack = uk_pages_alloc(STACK_PAGES, 1))) {
		error = uk_plat_protect((uintptr_t)stack, UK_PAGE_SIZE, 0);
		/* Where there can be no guard, and no prepared stack is left, it goes without. */
		if (error && error != -UK_ENOTSUP) {
			uk_pages_free(stack, STACK_PAGES);
			return NULL;
		}
	}
	return stack;
}

static void free_stack(char *stack)
{
	if (uk_plat_stack_give(stack))
		return;
	uk_plat_protect((uintptr_t)stack, UK_PAGE_SIZE, UK_PROT_READ | UK_PROT_WRITE);
	uk_pages_free(stack, STACK_PAGES);
}

struct call {
	void (*entry)(void *);
	void *argument;
};

/* The call lies at the top of the new thread's stack. */
static void begin(void *argument)
{
	struct call *call = argument;

	call->entry(call->argument);
	uk_thread_exit();
}

struct uk_thread *uk_thread_create(void (*entry)(void *), void *argument, void *stack_top,
				   uintptr_t tls, void (*at_exit)(void *), void *at_exit_argument)
{
	struct uk_thread *thread = prepare_reaper() ? uk_zalloc(sizeof(*thread)) : NULL;
	struct call *call;

	if (!thread)
		return NULL;
	if (!stack_top) {
		thread->stack = new_stack();
		if (!thread->stack) {
			uk_free(thread);
			return NULL;
		}
		stack_top = (char *)thread->stack + STACK_PAGES * UK_PAGE_SIZE;
	}
	call = (struct call *)((uintptr_t)stack_top & ~15UL) - 1;
	*call = (struct call){entry, argument};
	thread->context = uk_context_make(call, begin, call);
	thread->tls = tls;
	thread->id = ++last_id;
	thread->at_exit = at_exit;
	thread->at_exit_argument = at_exit_argument;
	thread_count++;
	uk_sched_make_runnable(thread);
	return thread;
}

void uk_thread_at_exit(void (*function)(void *), void *argument)
{
	uk_sched_current->at_exit = function;
	uk_sched_current->at_exit_argument = argument;
}

/* Runs on the reaper's stack. */
static void bury(void *argument)
{
	static const volatile bool never;
	struct uk_thread *thread = argument;

	if (thread->at_exit)
		thread->at_exit(thread->at_exit_argument);
	if (thread->stack)
		free_stack(thread->stack);
	if (thread->id != 1) /* the first one was not allocated */
		uk_free(thread);
	if (--thread_count == 0)
		uk_plat_exit(0);
	uk_sched_idle(&never);
	uk_sched_leave();
}

_Noreturn void uk_thread_exit(void)
{
	struct uk_thread *thread = uk_sched_current;

	if (!prepare_reaper())
		uk_crash("no memory to end a thread");
	uk_sched_current = &reaper;
	uk_context_call(bury, thread, reaper_stack + REAPER_STACK_PAGES * UK_PAGE_SIZE);
}
