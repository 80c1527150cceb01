/*
 * Signals between the threads of the one process. Handlers are recorded and run: at once when a
 * thread signals itself; when the thread it is meant for waits, that wait is interrupted; else
 * when that thread next changes its mask or is interrupted. The host sends SIGTERM (stop.c) and
 * nothing else, and faults do not become signals: they end the guest with a crash record.
 */
#include "interrupt.h"
#include "process.h"
#include "thread.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <uk/clone.h>
#include <uk/plat.h>
#include <uk/signals.h>
#include <uk/syscalls.h>

/* As in the kernel's interface, which is not libc's struct sigaction. */
struct action {
	union {
		void (*handler)(int);
		void (*with_information)(int, siginfo_t *, void *);
	};
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

#define SIGNALS 64
static struct action actions[SIGNALS + 1];

static uint64_t bit(int signal)
{
	return 1ULL << (signal - 1);
}

static bool ignored_by_default(int signal)
{
	return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

/* Ends the guest as a shell would report it. */
static _Noreturn void terminate(int signal)
{
	posix_end(128 + signal);
}

enum outcome { NOTHING_RAN, GO_ON, INTERRUPT };

/* Whether a handler is to run; what it is, and what it blocks, is then settled. Inlined, since few
 * images have both of its callers. */
static inline __attribute__((always_inline)) bool
begin(struct posix_thread *self, int signal, struct action *action)
{
	*action = actions[signal];
	if (action->handler == SIG_IGN)
		return false;
	if (action->handler == SIG_DFL) {
		if (ignored_by_default(signal))
			return false;
		terminate(signal);
	}
	if (action->flags & SA_RESETHAND)
		actions[signal].handler = SIG_DFL;
	self->blocked |= action->mask | (action->flags & SA_NODEFER ? 0 : bit(signal));
	return true;
}

static enum outcome deliver(struct posix_thread *self, int signal)
{
	struct action action;
	uint64_t before = self->blocked;
	if (!begin(self, signal, &action))
		return NOTHING_RAN;
	if (action.flags & SA_SIGINFO) {
		siginfo_t info = {.si_signo = signal, .si_code = SI_TKILL};
		info.si_pid = 1;
		ucontext_t context = {0};
		action.with_information(signal, &info, &context);
	} else {
		action.handler(signal);
	}
	self->blocked = before;
	return action.flags & SA_RESTART ? GO_ON : INTERRUPT;
}

static int take_pending(struct posix_thread *self)
{
	uint64_t ready = self->pending & ~self->blocked;
	if (!ready)
		return 0;
	int signal = __builtin_ctzll(ready) + 1;
	self->pending &= ~bit(signal);
	return signal;
}

static enum outcome deliver_pending(struct posix_thread *self)
{
	enum outcome outcome = NOTHING_RAN;
	int signal;
	if (&uk_signals_deferred)
		return NOTHING_RAN;
	while ((signal = take_pending(self))) {
		enum outcome one = deliver(self, signal);
		if (one > outcome)
			outcome = one;
	}
	return outcome;
}

static bool take(struct posix_thread *self, int number, struct uk_signal *signal)
{
	struct action action;
	uint64_t before = self->is_blocked_later ? self->blocked_later : self->blocked;
	if (!begin(self, number, &action))
		return false;
	self->is_blocked_later = false;
	*signal = (struct uk_signal){.number = number,
				     .flags = action.flags,
				     .handler = (void *)action.handler,
				     .restorer = (void *)action.restorer,
				     .mask_before = before,
				     .stack_start = (uintptr_t)self->signal_stack,
				     .stack_bytes = self->signal_stack_bytes};
	return true;
}

bool uk_signal_take(struct uk_signal *signal)
{
	struct posix_thread *self = posix_thread_current();
	int number;
	while ((number = take_pending(self)))
		if (take(self, number, signal))
			return true;
	if (self->is_blocked_later)
		uk_signal_set_mask(self->blocked_later);
	self->is_blocked_later = false;
	return false;
}

bool uk_signal_force(int number, struct uk_signal *signal)
{
	return uk_signal_is_handled(number) && take(posix_thread_current(), number, signal);
}

bool uk_signal_is_handled(int number)
{
	return number && actions[number].handler != SIG_DFL && actions[number].handler != SIG_IGN &&
	       !(posix_thread_current()->blocked & bit(number));
}

void uk_signal_set_mask(uint64_t mask)
{
	posix_thread_current()->blocked = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
}

bool uk_signals_may_be_pending(void)
{
	return posix_deliver_signals;
}

int uk_signal_of_exception(unsigned vector)
{
	switch (vector) {
	case 0:
	case 16:
	case 19:
		return SIGFPE;
	case 3:
		return SIGTRAP;
	case 6:
		return SIGILL;
	case 13:
	case 14:
		return SIGSEGV;
	default:
		return 0;
	}
}

static bool deliver_to_current(void)
{
	return deliver_pending(posix_thread_current()) == GO_ON;
}

static long send(struct posix_thread *target, long signal)
{
	if (signal < 0 || signal > SIGNALS)
		return -EINVAL;
	if (!target)
		return -ESRCH;
	if (!signal)
		return 0;
	if (signal == SIGKILL || signal == SIGSTOP)
		terminate((int)signal);
	/* Deadly for the process whichever thread it reaches: it need not run first. */
	if (actions[signal].handler == SIG_DFL && !ignored_by_default((int)signal) &&
	    !(target->blocked & bit((int)signal)))
		terminate((int)signal);
	target->pending |= bit((int)signal);
	posix_deliver_signals = deliver_to_current;
	if (target == posix_thread_current())
		deliver_pending(target);
	else if ((~target->blocked | target->awaited) & bit((int)signal))
		uk_interrupt(target->id);
	return 0;
}

long uk_sys_tkill(long id, long signal)
{
	return send(posix_thread_find((int)id), signal);
}

long uk_sys_tgkill(long process, long id, long signal)
{
	return process == 1 ? uk_sys_tkill(id, signal) : -ESRCH;
}

static bool awaits(const struct posix_thread *thread, uint64_t set)
{
	return thread->awaited & set;
}

static bool takes(const struct posix_thread *thread, uint64_t set)
{
	return !(thread->blocked & set);
}

/* To the process: a thread that waits for the signal, else the calling one, else any that does
 * not block it. */
long uk_sys_kill(long process, long signal)
{
	struct posix_thread *self = posix_thread_current(), *target = NULL;
	if (process != 1 && process != 0 && process != -1)
		return -ESRCH;
	if (signal > 0 && signal <= SIGNALS) {
		uint64_t set = bit((int)signal);
		target = posix_thread_search(awaits, set);
		if (!target && !takes(self, set))
			target = posix_thread_search(takes, set);
	}
	return send(target ? target : self, signal);
}

static bool lets_go_of_wait(const struct posix_thread *thread, uint64_t set)
{
	return (awaits(thread, set) || takes(thread, set)) && thread->scheduled &&
	       uk_thread_interrupt(thread->scheduled);
}

bool posix_send_termination(void)
{
	static int target_id; /* who has it pending; 0: nobody */
	static bool is_taken;
	const uint64_t set = bit(SIGTERM);
	struct posix_thread *target = posix_thread_find(target_id);
	if (target && !(target->pending & set))
		is_taken = true;
	if (is_taken)
		return false;
	/* Chosen anew each time: who was may wait for a disk now, or block it, or have ended. */
	if (target)
		target->pending &= ~set;
	posix_deliver_signals = deliver_to_current;
	target = posix_thread_search(lets_go_of_wait, set);
	bool has_ended_wait = target;
	if (!target)
		target = posix_thread_search(takes, set);
	target_id = target ? target->id : 0;
	if (target)
		target->pending |= set;
	return has_ended_wait;
}

long uk_sys_rt_sigaction(long signal, long new, long old, long size)
{
	if (signal < 1 || signal > SIGNALS || size != sizeof(uint64_t))
		return -EINVAL;
	if (new && (signal == SIGKILL || signal == SIGSTOP))
		return -EINVAL;
	struct action before = actions[signal];
	if (new)
		actions[signal] = *(const struct action *)new;
	if (old)
		*(struct action *)old = before;
	return 0;
}

long uk_sys_rt_sigprocmask(long how, long new, long old, long size)
{
	struct posix_thread *self = posix_thread_current();
	if (size != sizeof(uint64_t))
		return -EINVAL;
	uint64_t before = self->blocked;
	if (new) {
		uint64_t set = *(const uint64_t *)new & ~(bit(SIGKILL) | bit(SIGSTOP));
		if (how == SIG_BLOCK)
			self->blocked |= set;
		else if (how == SIG_UNBLOCK)
			self->blocked &= ~set;
		else if (how == SIG_SETMASK)
			self->blocked = set;
		else
			return -EINVAL;
	}
	if (old)
		*(uint64_t *)old = before;
	deliver_pending(self);
	return 0;
}

long uk_sys_rt_sigpending(long set, long size)
{
	if (size != sizeof(uint64_t))
		return -EINVAL;
	struct posix_thread *self = posix_thread_current();
	*(uint64_t *)set = self->pending & self->blocked;
	return 0;
}
