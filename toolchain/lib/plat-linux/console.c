/* The console: two descriptors that may block, so they are asked first. */
#include "linux.h"
#include <uk/plat.h>

/* How long to wait for who reads the other end, once, before output is dropped: a host that has
 * stopped reading must not stop the guest. */
#define PATIENCE_SECONDS 5
/* As much as a pipe takes without blocking when it says it is writable. */
#define PIECE 4096

#define ERROR_BAD_ADDRESS (-14)

static bool becomes_writable(void)
{
	static bool is_stuck;
	struct linux_poll poll = {uk_linux_boot->console_out, UK_LINUX_WRITABLE, 0};
	struct linux_time patience = {is_stuck ? 0 : PATIENCE_SECONDS, 0};

	is_stuck = linux_poll(&poll, 1, &patience) != 1;
	return !is_stuck;
}

/* Reads what the kernel could not read, so that it faults here as it would in a virtual machine. */
static void fault_at(const char *bytes, size_t length)
{
	(void)*(const volatile char *)bytes;
	(void)*(const volatile char *)(bytes + length - 1);
}

void uk_console_write(const char *bytes, size_t length)
{
	while (length) {
		size_t piece = length < PIECE ? length : PIECE;
		long written;

		if (!becomes_writable())
			return;
		written = uk_linux_write(uk_linux_boot->console_out, bytes, piece);
		if (written == ERROR_BAD_ADDRESS)
			fault_at(bytes, piece);
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

size_t uk_console_read(char *bytes, size_t length)
{
	static bool is_watched;
	static const struct linux_time now;
	struct linux_poll poll = {uk_linux_boot->console_in, UK_LINUX_READABLE, 0};
	long got;

	if (poll.fd < 0 || !length)
		return 0;
	if (!is_watched) {
		is_watched = true;
		uk_linux_watch(poll.fd, UK_LINUX_READABLE);
	}
	if (linux_poll(&poll, 1, &now) != 1)
		return 0;
	got = uk_linux_read(poll.fd, bytes, length);
	if (got > 0)
		return (size_t)got;
	/* Its other end is closed: it would be readable for ever. */
	uk_linux_watch(poll.fd, 0);
	uk_linux_boot->console_in = -1;
	return 0;
}
