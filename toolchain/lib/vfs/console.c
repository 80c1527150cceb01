/*
 * The console as an open file. Output is unbuffered. Input is looked for only once somebody
 * has asked for it: the first read or poll registers the poller.
 */
#include "console.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <uk/interrupt.h>
#include <uk/plat.h>

/* What has arrived and was not read yet. */
static char input[256];
static size_t input_length;

static unsigned look_for_input(struct uk_poller *poller)
{
	(void)poller;
	if (input_length)
		return 0;
	input_length = uk_console_read(input, sizeof(input));
	if (!input_length)
		return 0;
	uk_file_notify(&uk_console_file, POLLIN | POLLRDNORM);
	return 1;
}

static void listen(void)
{
	static struct uk_poller poller = {.poll = look_for_input};
	static bool listening;
	if (!listening) {
		listening = true;
		uk_poller_add(&poller);
	}
	look_for_input(&poller);
}

static ssize_t console_read(struct uk_file *file, const struct iovec *vectors, int count,
			    off_t *offset)
{
	(void)offset;
	ssize_t total = 0;
	listen();
	while (!input_length) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (uk_wait(&file->waiting, UINT64_MAX) && uk_interrupted_or_on())
			return -EINTR;
	}
	for (int i = 0; i < count && input_length; i++) {
		size_t length = vectors[i].iov_len;
		if (length > input_length)
			length = input_length;
		memcpy(vectors[i].iov_base, input, length);
		input_length -= length;
		memmove(input, input + length, input_length);
		total += (ssize_t)length;
	}
	return total;
}

static ssize_t console_write(struct uk_file *file, const struct iovec *vectors, int count,
			     off_t *offset)
{
	(void)file;
	(void)offset;
	ssize_t total = 0;
	for (int i = 0; i < count; i++) {
		uk_console_write(vectors[i].iov_base, vectors[i].iov_len);
		total += (ssize_t)vectors[i].iov_len;
	}
	return total;
}

static unsigned console_events(struct uk_file *file)
{
	(void)file;
	listen();
	return POLLOUT | POLLWRNORM | (input_length ? POLLIN | POLLRDNORM : 0);
}

static int console_stat(struct uk_file *file, struct stat *status)
{
	(void)file;
	*status = (struct stat){
		.st_mode = S_IFCHR | 0620,
		.st_nlink = 1,
		.st_rdev = 5 << 8 | 1, /* /dev/console */
		.st_blksize = 1024,
	};
	return 0;
}

static long console_ioctl(struct uk_file *file, unsigned long request, void *argument)
{
	(void)file;
	switch (request) {
	case TIOCGWINSZ: /* makes libc's stdout line-buffered, and is how isatty() asks */
		*(struct winsize *)argument = (struct winsize){.ws_row = 24, .ws_col = 80};
		return 0;
	case TCGETS:
		/* As it behaves: raw, without echo. The kernel's structure begins with the four
		 * flag words and is shorter than libc's; nothing behind them is touched. */
		memset(argument, 0, 4 * sizeof(tcflag_t));
		((tcflag_t *)argument)[2] = CS8 | CREAD | CLOCAL;
		return 0;
	case FIONREAD:
		listen();
		*(int *)argument = (int)input_length;
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct uk_file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.events = console_events,
	.stat = console_stat,
	.ioctl = console_ioctl,
};

/* One file behind three descriptors, and a reference more, so that it is never released. */
struct uk_file uk_console_file = {.ops = &console_ops, .references = 4, .flags = O_RDWR};
