/* Reads the plan. It was written by who started us, so what is wrong in it is not explained. */
#include "plan.h"
#include "kernel.h"
#include "text.h"

#define FILE_BYTES_MAX (256 * 1024)
#define MILLISECONDS_MAX (1UL << 40)

static bool choose(const char *value, const char *const names[], unsigned count, unsigned *choice)
{
	for (unsigned i = 0; i < count; i++) {
		if (!text_equal(value, names[i]))
			continue;
		*choice = i;
		return true;
	}
	return false;
}

static bool read_option(const char *name, const char *value, struct plan *plan)
{
	static const char *const kinds[] = {"process", "qemu"};
	static const char *const restarts[] = {"no", "on-failure", "always"};
	unsigned choice;
	bool known;

	if (text_equal(name, "--kind")) {
		known = choose(value, kinds, 2, &choice);
		plan->kind = (enum kind)choice;
	} else if (text_equal(name, "--restart")) {
		known = choose(value, restarts, 3, &choice);
		plan->restart = (enum restart)choice;
	} else if (text_equal(name, "--retries")) {
		known = text_number(&value, '\0', UINT32_MAX, &plan->retries_max);
	} else if (text_equal(name, "--backoff")) {
		known = text_number(&value, '\0', MILLISECONDS_MAX, &plan->backoff_ms);
	} else if (text_equal(name, "--shutdown-timeout")) {
		known = text_number(&value, '\0', MILLISECONDS_MAX, &plan->shutdown_timeout_ms);
	} else if (text_equal(name, "--console-bytes")) {
		known = text_number(&value, '\0', 1UL << 40, &plan->console_bytes_max);
	} else {
		known = false;
	}
	return known;
}

static bool parse(char *bytes, size_t length, struct plan *plan)
{
	char *at = bytes, *end = bytes + length;
	unsigned count = 0;

	if (!length || end[-1])
		return false;
	while (at < end && !text_equal(at, "--")) {
		char *value = at + text_length(at) + 1;

		if (value >= end || !read_option(at, value, plan))
			return false;
		at = value + text_length(value) + 1;
	}
	for (at += 3; at < end; at += text_length(at) + 1) {
		if (count == ARGUMENTS_MAX)
			return false;
		plan->arguments[count++] = at;
	}
	plan->arguments[count] = NULL;
	return count > 0;
}

bool plan_read(struct plan *plan)
{
	/* The plan's arguments stay in the one; the next is read into the other. */
	static char buffers[2][FILE_BYTES_MAX];
	static unsigned next;
	struct plan read = {.retries_max = UINT64_MAX, .console_bytes_max = UINT64_MAX};
	long fd = call(CALL_OPEN, "command", O_RDONLY | O_CLOEXEC, 0), got;

	if (fd < 0)
		return false;
	got = call(CALL_READ, fd, buffers[next], FILE_BYTES_MAX);
	call(CALL_CLOSE, fd);
	if (got <= 0 || !parse(buffers[next], (size_t)got, &read))
		return false;
	*plan = read;
	next = !next;
	return true;
}
