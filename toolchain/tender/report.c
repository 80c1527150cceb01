/*
 * Tells how a guest ended. A guest reports its own faults; when the kernel killed it at once,
 * for a system call that it does not have or a fault in its fault handler, the tender writes the
 * crash record, so that there is one for every crash.
 */
#include "report.h"
#include "kernel.h"
#include "text.h"

#define STATUS_CRASHED 134

/* Which build it was: FNV-1a of the text segment, as in the guest's own crash records. */
static uint64_t build_id(const unsigned char *file, const struct image *image)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		if (!(segment->access & PROT_EXEC))
			continue;
		for (uint64_t at = 0; at < segment->file_bytes; at++)
			hash = (hash ^ file[segment->file_offset + at]) * 0x100000001b3;
	}
	return hash;
}

static const char *reason_of(int signal)
{
	switch (signal) {
	case SIGSYS: return "forbidden system call";
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP: return "fault in the fault handler";
	default: return NULL;
	}
}

static void write_crash(const char *reason, uint64_t build)
{
	char bytes[256];
	struct text text = {bytes, sizeof(bytes), 0};

	text_add(&text, "\n[unikernel] crash {\"build\":\"");
	text_add_hex(&text, build);
	text_add(&text, "\",\"reason\":\"");
	text_add(&text, reason);
	text_add(&text, "\",\"registers\":{},\"frames\":[]}\n");
	call(CALL_WRITE, 1, bytes, text.length);
}

/* "exit 3" or "signal 9", all of it or nothing. */
static void write_exit_file(int status, const char *path)
{
	char bytes[64], temporary[1024];
	struct text text = {bytes, sizeof(bytes), 0}, name = {temporary, sizeof(temporary) - 1, 0};
	int signal = status & 0x7f;
	long fd;

	text_add(&text, signal ? "signal " : "exit ");
	text_add_number(&text, (uint64_t)(signal ? signal : status >> 8 & 255));
	text_add(&text, "\n");
	text_add(&name, path);
	text_add(&name, ".new");
	temporary[name.length] = '\0';
	fd = call(CALL_OPEN, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("cannot write how the guest ended", temporary, fd);
	call(CALL_WRITE, fd, bytes, text.length);
	call(CALL_CLOSE, fd);
	call(CALL_RENAME, temporary, path);
}

int report_end(int status, const char *exit_file, const unsigned char *file,
	       const struct image *image)
{
	int signal = status & 0x7f;
	const char *reason = reason_of(signal);

	if (reason)
		write_crash(reason, build_id(file, image));
	if (exit_file)
		write_exit_file(status, exit_file);
	if (reason)
		return STATUS_CRASHED;
	return signal ? 128 + signal : status >> 8 & 255;
}
