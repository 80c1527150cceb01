/*
 * The guest's console: what it writes goes to a log of limited size, console.log, whose older half
 * is console.previous.log, and to whoever is connected to the socket console.sock; what these send
 * is its input.
 */
#ifndef SUPERVISOR_CONSOLE_H
#define SUPERVISOR_CONSOLE_H

#include "kernel.h"
#include "text.h"
#include <stdbool.h>

struct poll {
	int fd;
	short events, happened;
};
enum { POLLIN = 1, POLLOUT = 4 };

#define CONSOLE_POLLS_MAX 8

/* Opens log and socket. */
void console_open(void);
void console_limit(uint64_t log_bytes_max);
/* The guest's ends; -1: there is none at the moment. Neither blocks. */
void console_attach(int from_guest, int to_guest, bool escapes);
/* Reads all that is there and detaches. */
void console_detach(void);
/* A line of our own. */
void console_say(const struct text *text);
/* Asks a guest behind QEMU's multiplexer to end: a break on its serial line. */
void console_send_break(void);

/* What to wait for, and what then to do about it. */
unsigned console_polls(struct poll polls[CONSOLE_POLLS_MAX]);
void console_happened(const struct poll *polls, unsigned count);

#endif
