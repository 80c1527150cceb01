/* The console's log, its socket and who is connected to it. */
#include "console.h"

#define LOG "console.log"
#define PREVIOUS_LOG "console.previous.log"
#define SOCKET "console.sock"
#define CLIENTS_MAX 4
#define PIECE 4096
/* QEMU's multiplexer takes what follows this byte for a command, and twice this for itself. */
#define ESCAPE '\x01'

static int guest_output = -1, guest_input = -1, listener = -1, log_file = -1;
static bool is_escaped;
static uint64_t log_bytes, log_bytes_max = UINT64_MAX;
static int clients[CLIENTS_MAX] = {-1, -1, -1, -1};
/* On its way to the guest; what does not fit waits with the client. */
static char pending[2 * PIECE];
static size_t pending_length;

static void open_log(void)
{
	struct file_status status;

	log_file = (int)call(CALL_OPEN, LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	log_bytes = log_file < 0 || call(CALL_FSTAT, log_file, &status) ? 0 : (uint64_t)status.size_bytes;
}

static void open_socket(void)
{
	struct unix_address address = {.family = AF_UNIX, .path = SOCKET};
	long fd = call(CALL_SOCKET, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	call(CALL_UNLINK, SOCKET);
	if (fd >= 0 && !call(CALL_BIND, fd, &address, sizeof(address)) &&
	    !call(CALL_LISTEN, fd, CLIENTS_MAX))
		listener = (int)fd;
}

void console_open(void)
{
	open_log();
	open_socket();
}

void console_limit(uint64_t most)
{
	log_bytes_max = most;
}

static void log_write(const char *bytes, size_t length)
{
	/* Half of what is granted for each of the two. */
	if (log_bytes && log_bytes + length > log_bytes_max / 2) {
		call(CALL_CLOSE, log_file);
		call(CALL_RENAME, LOG, PREVIOUS_LOG);
		open_log();
	}
	if (call(CALL_WRITE, log_file, bytes, length) > 0)
		log_bytes += length;
}

static void show(const char *bytes, size_t length)
{
	log_write(bytes, length);
	/* Who does not read misses something; the guest must not wait for it. */
	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		if (clients[i] >= 0)
			call(CALL_SENDTO, clients[i], bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
}

/* False when there is nothing more at the moment. */
static bool read_output(void)
{
	char bytes[PIECE];
	long got = call(CALL_READ, guest_output, bytes, sizeof(bytes));

	if (got > 0)
		show(bytes, (size_t)got);
	if (!got) {
		call(CALL_CLOSE, guest_output);
		guest_output = -1;
	}
	return got > 0;
}

void console_attach(int from_guest, int to_guest, bool escapes)
{
	guest_output = from_guest;
	guest_input = to_guest;
	is_escaped = escapes;
	pending_length = 0;
}

void console_detach(void)
{
	while (guest_output >= 0 && read_output())
		;
	if (guest_output >= 0)
		call(CALL_CLOSE, guest_output);
	if (guest_input >= 0)
		call(CALL_CLOSE, guest_input);
	console_attach(-1, -1, false);
}

void console_say(const struct text *text)
{
	show(text->bytes, text->length);
}

static void write_input(void)
{
	long written = call(CALL_WRITE, guest_input, pending, pending_length);

	if (written > 0) {
		pending_length -= (size_t)written;
		__builtin_memmove(pending, pending + written, pending_length);
	} else if (written != -EAGAIN) {
		pending_length = 0; /* it does not listen any more */
	}
}

void console_send_break(void)
{
	static const char request[] = {ESCAPE, 'b'};

	/* Not in the middle of an escape that waits. */
	if (pending_length)
		write_input();
	if (!pending_length)
		call(CALL_WRITE, guest_input, request, sizeof(request));
}

static void client_arrived(void)
{
	long fd = call(CALL_ACCEPT4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (unsigned i = 0; fd >= 0 && i < CLIENTS_MAX; i++)
		if (clients[i] < 0) {
			clients[i] = (int)fd;
			return;
		}
	if (fd >= 0)
		call(CALL_CLOSE, fd);
}

static void take_input(int *client)
{
	char bytes[PIECE];
	long got = call(CALL_RECVFROM, *client, bytes, sizeof(bytes), MSG_DONTWAIT, 0, 0);

	if (got == -EAGAIN)
		return;
	if (got <= 0) {
		call(CALL_CLOSE, *client);
		*client = -1;
		return;
	}
	if (guest_input < 0)
		return;
	for (long i = 0; i < got; i++) {
		if (is_escaped && bytes[i] == ESCAPE)
			pending[pending_length++] = ESCAPE;
		pending[pending_length++] = bytes[i];
	}
	write_input();
}

unsigned console_polls(struct poll polls[CONSOLE_POLLS_MAX])
{
	unsigned count = 0;

	polls[count++] = (struct poll){guest_output, POLLIN, 0};
	polls[count++] = (struct poll){pending_length ? guest_input : -1, POLLOUT, 0};
	polls[count++] = (struct poll){listener, POLLIN, 0};
	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		polls[count++] = (struct poll){clients[i], pending_length ? 0 : POLLIN, 0};
	return count;
}

void console_happened(const struct poll *polls, unsigned count)
{
	if (polls[0].happened)
		read_output();
	if (polls[1].happened)
		write_input();
	if (polls[2].happened)
		client_arrived();
	for (unsigned i = 3; i < count; i++)
		if (polls[i].happened && !pending_length && clients[i - 3] == polls[i].fd)
			take_input(&clients[i - 3]);
}
