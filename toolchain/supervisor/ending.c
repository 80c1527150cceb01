/* QEMU's exit code is 2 n + 1 of the guest's status n (isa-debug-exit), 0 when the guest switched
 * the machine off, and also 1 when QEMU itself could not start: then it has said why. A tender's
 * is the guest's, and 125 when it could not start. */
#include "ending.h"
#include "child.h"
#include "kernel.h"

#define QEMU_FAILED 1
#define QEMU_STATUS_MAX 127
#define TENDER_FAILED 125
#define LOG_BYTES_MAX 16384

static int code_of(int status)
{
	return status >> 8 & 255;
}

static bool was_killed(int status)
{
	return status & 0x7f;
}

bool ending_is_success(enum kind kind, int status)
{
	return !was_killed(status) &&
	       (code_of(status) == 0 || (kind == KIND_QEMU && code_of(status) == 1));
}

static bool contains(const char *line, size_t length, const char *what)
{
	size_t wanted = text_length(what);

	for (size_t at = 0; at + wanted <= length; at++)
		if (__builtin_memcmp(line + at, what, wanted) == 0)
			return true;
	return false;
}

/* Whether there is a line in stderr's file behind `start` that is more than a warning. */
static bool has_complained(uint64_t start)
{
	static char bytes[LOG_BYTES_MAX];
	long fd = call(CALL_OPEN, "/proc/self/fd/2", O_RDONLY | O_CLOEXEC, 0), got;
	size_t line = 0;

	if (fd < 0)
		return false;
	got = call(CALL_PREAD, fd, bytes, sizeof(bytes), start);
	call(CALL_CLOSE, fd);
	for (long at = 0; at < got; at++) {
		if (bytes[at] != '\n')
			continue;
		if (at > (long)line && !contains(bytes + line, (size_t)at - line, ": warning: "))
			return true;
		line = (size_t)at + 1;
	}
	return false;
}

bool ending_is_no_start(enum kind kind, int status, uint64_t log_start)
{
	int failed = kind == KIND_QEMU ? QEMU_FAILED : TENDER_FAILED;
	bool has_failed = code_of(status) == failed || code_of(status) == CHILD_NOT_STARTED;

	return !was_killed(status) && has_failed && has_complained(log_start);
}

void ending_describe(enum kind kind, int status, struct text *text)
{
	int code = code_of(status);

	if (was_killed(status)) {
		text_add(text, "signal ");
		text_add_number(text, (uint64_t)(status & 0x7f));
	} else if (kind == KIND_QEMU && !(code & 1)) {
		text_add(text, "no exit status");
	} else {
		text_add(text, "exit status ");
		text_add_number(text, (uint64_t)(kind == KIND_QEMU ? code / 2 : code));
		if (kind == KIND_QEMU && code / 2 == QEMU_STATUS_MAX)
			text_add(text, " or more");
	}
}

void ending_record(int status)
{
	char bytes[32];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, was_killed(status) ? "signal " : "exit ");
	text_add_number(&text, (uint64_t)(was_killed(status) ? status & 0x7f : code_of(status)));
	text_add(&text, "\n");
	write_file("ended", "ended.new", &text);
}

uint64_t log_length(void)
{
	struct file_status status;

	return call(CALL_FSTAT, 2, &status) ? 0 : (uint64_t)status.size_bytes;
}

void write_file(const char *path, const char *temporary, const struct text *text)
{
	long fd = call(CALL_OPEN, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	call(CALL_WRITE, fd, text->bytes, text->length);
	call(CALL_CLOSE, fd);
	call(CALL_RENAME, temporary, path);
}
