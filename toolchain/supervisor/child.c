/* Starting the guest's process, and asking it to end. */
#include "child.h"
#include "console.h"
#include "kernel.h"
#include "text.h"

/* Where the guest's process finds the configuration, behind stdin, stdout and stderr. */
#define CONFIGURATION 3
#define CONFIGURATION_BYTES_MAX (1UL << 20)
#define CLOCK "clock.realtime:"
#define CLOCK_REALTIME 0

static _Noreturn void become(const struct plan *plan, char **environment, int input, int output)
{
	const uint64_t nothing = 0;
	struct signal_action action = {.handler = SIG_DFL};
	long error;

	call(CALL_PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	call(CALL_DUP3, input, 0, 0);
	call(CALL_DUP3, output, 1, 0);
	call(CALL_SIGACTION, SIGPIPE, &action, 0, 8);
	call(CALL_SIGPROCMASK, SIG_SETMASK, &nothing, 0, sizeof(nothing));
	error = call(CALL_EXECVE, plan->arguments[0], plan->arguments, environment);
	complain("cannot start", plan->arguments[0], error);
	call(CALL_EXIT_GROUP, CHILD_NOT_STARTED);
	__builtin_unreachable();
}

long child_start(const struct plan *plan, char **environment)
{
	int input[2], output[2];
	long child;

	if (call(CALL_PIPE2, input, O_CLOEXEC))
		return 0;
	if (call(CALL_PIPE2, output, O_CLOEXEC)) {
		call(CALL_CLOSE, input[0]);
		call(CALL_CLOSE, input[1]);
		return 0;
	}
	child = call(CALL_CLONE, SIGCHLD, 0, 0, 0, 0);
	if (!child)
		become(plan, environment, input[0], output[1]);
	call(CALL_CLOSE, input[0]);
	call(CALL_CLOSE, output[1]);
	/* Of our ends only. */
	call(CALL_FCNTL, input[1], F_SETFL, O_WRONLY | O_NONBLOCK);
	call(CALL_FCNTL, output[0], F_SETFL, O_RDONLY | O_NONBLOCK);
	console_attach(output[0], input[1], plan->kind == KIND_QEMU);
	if (child > 0)
		return child;
	console_detach();
	return 0;
}

void child_ask(enum kind kind, long child)
{
	if (kind == KIND_QEMU)
		console_send_break();
	else
		call(CALL_KILL, child, SIGTERM);
}

/* In as many digits as there are. */
static void write_clock(long offset, size_t count)
{
	struct {
		uint64_t seconds, nanoseconds;
	} now;
	char text[32];
	uint64_t value;

	if (count >= sizeof(text) || call(CALL_CLOCK_GETTIME, CLOCK_REALTIME, &now))
		return;
	value = now.seconds * 1000000000 + now.nanoseconds;
	for (size_t at = count; at--; value /= 10)
		text[at] = (char)('0' + value % 10);
	call(CALL_PWRITE, CONFIGURATION, text, count, offset);
}

void child_set_clock(void)
{
	static char bytes[CONFIGURATION_BYTES_MAX];
	long length = call(CALL_PREAD, CONFIGURATION, bytes, sizeof(bytes) - 1, 0);

	for (long at = 0; at < length; at += (long)text_length(bytes + at) + 1) {
		long digits = at + (long)sizeof(CLOCK) - 1;

		if (text_starts(bytes + at, CLOCK))
			write_clock(digits, text_length(bytes + digits));
	}
	/* It holds secrets. */
	for (long at = 0; at < length; at++)
		((volatile char *)bytes)[at] = 0;
}
