/*
 * A supervisor: the process that keeps a guest's process running, so that nobody else has to.
 *
 *   supervisor --supervise NAME
 *
 * in the guest's directory, where the file "command" says what to run and how (plan.h). It starts
 * the guest, keeps its console, starts it again as the plan says, and on SIGTERM asks it to end
 * and kills it when it has not after a while. What it tells: "state" (how often it has started
 * the guest again, and when it did last), at the end "ended", and what happens, in a file that all
 * guests share (events.h).
 */
#include "child.h"
#include "console.h"
#include "ending.h"
#include "events.h"
#include "kernel.h"
#include "plan.h"
#include "text.h"

#define MILLISECOND 1000000UL
#define NEVER UINT64_MAX
#define BACKOFF_MS_MAX 60000UL
/* Who has run for this long has recovered: what went wrong before does not count any more. */
#define RECOVERED_MS 60000UL
#define SIGNAL_BIT(number) (1UL << ((number)-1))
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

/* What the kernel leaves on the stack of a new process. */
struct start {
	long count;
	char *arguments[];
};

static const char *guest;
static int signals;
static struct plan plan;
static long child; /* 0: none at the moment */
static int status; /* how it ended the last time */
static bool is_stopping;
static uint64_t kill_at = NEVER;
static uint64_t restarts;

static uint64_t now_ms(int clock)
{
	struct {
		uint64_t seconds, nanoseconds;
	} now;

	call(CALL_CLOCK_GETTIME, clock, &now);
	return now.seconds * 1000 + now.nanoseconds / MILLISECOND;
}

static void tell(const char *what)
{
	char bytes[128];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, what);
	event_add(now_ms(CLOCK_REALTIME), guest, &text);
}

static void tell_start(void)
{
	char bytes[128];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, restarts ? "restarted (" : "started");
	if (restarts) {
		text_add_number(&text, restarts);
		text_add(&text, ")");
	}
	event_add(now_ms(CLOCK_REALTIME), guest, &text);
}

static void tell_end(bool has_run)
{
	char bytes[160];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, has_run ? "ended, " : "did not start");
	if (has_run)
		ending_describe(plan.kind, status, &text);
	event_add(now_ms(CLOCK_REALTIME), guest, &text);
}

static void catch_signals(void)
{
	const uint64_t mask = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGTERM) | SIGNAL_BIT(SIGINT) |
			      SIGNAL_BIT(SIGHUP);
	struct signal_action action = {.handler = SIG_IGN};

	call(CALL_SIGACTION, SIGPIPE, &action, 0, 8);
	call(CALL_SIGPROCMASK, SIG_BLOCK, &mask, 0, sizeof(mask));
	signals = (int)call(CALL_SIGNALFD4, -1, &mask, sizeof(mask), O_NONBLOCK | O_CLOEXEC);
	if (signals < 0)
		fail("cannot wait for signals", NULL, signals);
}

/* The first request asks, if there is time to; one more does not wait any longer. */
static void stop(void)
{
	bool again = is_stopping;

	is_stopping = true;
	plan_read(&plan);
	tell(again ? "asked to end again" : "asked to end");
	if (!child)
		return;
	kill_at = again ? 0 : now_ms(CLOCK_MONOTONIC) + plan.shutdown_timeout_ms;
	if (!again && plan.shutdown_timeout_ms)
		child_ask(plan.kind, child);
}

static void handle_signals(void)
{
	struct {
		uint32_t signal;
		char rest[124];
	} arrived;

	while (call(CALL_READ, signals, &arrived, sizeof(arrived)) == sizeof(arrived))
		if (arrived.signal != SIGCHLD)
			stop();
	if (child && call(CALL_WAIT4, child, &status, WNOHANG, 0) == child) {
		child = 0;
		console_detach();
	}
}

/* Waits for whatever happens first, and does what is to be done then. */
static void wait_until(uint64_t deadline_ms)
{
	struct poll polls[1 + CONSOLE_POLLS_MAX] = {{signals, POLLIN, 0}};
	unsigned count = console_polls(polls + 1);
	uint64_t now = now_ms(CLOCK_MONOTONIC), left = deadline_ms > now ? deadline_ms - now : 0;
	const uint64_t time[2] = {left / 1000, left % 1000 * MILLISECOND};

	if (call(CALL_PPOLL, polls, 1 + count, deadline_ms == NEVER ? NULL : time, 0, 0) <= 0)
		return;
	console_happened(polls + 1, count);
	if (polls[0].happened)
		handle_signals();
}

static void write_state(void)
{
	char bytes[128];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, "restarts ");
	text_add_number(&text, restarts);
	text_add(&text, "\nstarted ");
	text_add_number(&text, now_ms(CLOCK_REALTIME));
	text_add(&text, "\n");
	write_file("state", "state.new", &text);
}

/* From a start to the end. */
static void run(char **environment)
{
	write_state();
	tell_start();
	child = child_start(&plan, environment);
	if (!child) {
		complain("cannot make a process", NULL, 0);
		status = CHILD_NOT_STARTED << 8;
	}
	kill_at = NEVER;
	while (child) {
		wait_until(kill_at);
		if (child && now_ms(CLOCK_MONOTONIC) >= kill_at) {
			call(CALL_KILL, child, SIGKILL);
			kill_at = NEVER;
		}
	}
}

static uint64_t backoff_ms(uint64_t failures)
{
	uint64_t pause = plan.backoff_ms;

	while (failures-- && pause < BACKOFF_MS_MAX)
		pause *= 2;
	return pause < BACKOFF_MS_MAX ? pause : BACKOFF_MS_MAX;
}

/* Also the mark at which the next run's part of the console begins. */
static void announce(uint64_t failures, uint64_t pause_ms, bool has_run)
{
	char bytes[160];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, "\n[unikernel] restart ");
	text_add_number(&text, restarts + 1);
	text_add(&text, " in ");
	text_add_number(&text, pause_ms);
	text_add(&text, " ms, after ");
	if (has_run)
		ending_describe(plan.kind, status, &text);
	else
		text_add(&text, "a start that failed");
	if (plan.retries_max != UINT64_MAX) {
		text_add(&text, " (");
		text_add_number(&text, failures + 1);
		text_add(&text, " of ");
		text_add_number(&text, plan.retries_max);
		text_add(&text, " in a row)");
	}
	text_add(&text, "\n");
	console_say(&text);
}

static bool shall_restart(uint64_t failures, bool has_run)
{
	bool has_failed = !has_run || !ending_is_success(plan.kind, status);

	if (is_stopping || !plan_read(&plan) || failures >= plan.retries_max)
		return false;
	return plan.restart == RESTART_ALWAYS ||
	       (plan.restart == RESTART_ON_FAILURE && has_failed);
}

static void supervise(char **environment)
{
	uint64_t failures = 0;

	for (;;) {
		uint64_t started = now_ms(CLOCK_MONOTONIC), log_start = log_length(), pause, until;
		bool has_run;

		run(environment);
		has_run = !ending_is_no_start(plan.kind, status, log_start);
		tell_end(has_run);
		/* Who started us is told of what never ran, and decides. */
		if (!has_run && !restarts)
			return;
		if (now_ms(CLOCK_MONOTONIC) - started >= RECOVERED_MS)
			failures = 0;
		if (!shall_restart(failures, has_run))
			return;
		pause = backoff_ms(failures);
		announce(failures++, pause, has_run);
		until = now_ms(CLOCK_MONOTONIC) + pause;
		while (!is_stopping && now_ms(CLOCK_MONOTONIC) < until)
			wait_until(until);
		if (is_stopping)
			return;
		console_limit(plan.console_bytes_max);
		child_set_clock();
		restarts++;
	}
}

_Noreturn void program_main(struct start *start);

_Noreturn void program_main(struct start *start)
{
	char **environment = start->arguments + start->count + 1;

	if (start->count != 3 || !text_equal(start->arguments[1], "--supervise"))
		fail("usage: supervisor --supervise NAME, in the guest's directory", NULL, 0);
	guest = start->arguments[2];
	if (!plan_read(&plan))
		fail("cannot read the file", "command", 0);
	catch_signals();
	console_limit(plan.console_bytes_max);
	console_open();
	supervise(environment);
	ending_record(status);
	call(CALL_EXIT_GROUP, 0);
	__builtin_unreachable();
}
