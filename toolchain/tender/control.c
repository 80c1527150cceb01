/* The control socket. Only its owner can reach it: it lies in a directory that nobody else may
 * enter. */
#include "control.h"
#include "kernel.h"
#include "sockets.h"

#define CLIENTS_MAX 8
#define LINE_BYTES_MAX 256
#define ANSWER_BYTES_MAX 8192

static int listener;
static struct client {
	bool is_used;
	int fd;
	size_t length;
	char line[LINE_BYTES_MAX];
} clients[CLIENTS_MAX];
static unsigned next;

void control_listen(const char *path)
{
	listener = socket_listen_at(path, CLIENTS_MAX);
	loop_watch(listener, EPOLLIN, LOOP_CONTROL, 0);
}

static void end(struct client *client)
{
	if (client->is_used)
		call(CALL_CLOSE, client->fd);
	client->is_used = false;
}

void control_arrived(void)
{
	long fd = call(CALL_ACCEPT4, listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
	/* A client that says nothing gives way to later ones. */
	unsigned index = next++ % CLIENTS_MAX;

	if (fd < 0)
		return;
	end(&clients[index]);
	clients[index] = (struct client){.is_used = true, .fd = (int)fd};
	loop_watch((int)fd, EPOLLIN, LOOP_CLIENT, index);
}

static void answer(struct client *client)
{
	static char bytes[ANSWER_BYTES_MAX];
	struct text text = {bytes, sizeof(bytes), 0};

	forward_request(client->line, &text);
	call(CALL_SENDTO, client->fd, bytes, text.length, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
	end(client);
}

void control_happened(unsigned index)
{
	struct client *client = &clients[index];
	long got;

	if (!client->is_used)
		return;
	got = call(CALL_RECVFROM, client->fd, client->line + client->length,
		   LINE_BYTES_MAX - client->length, MSG_DONTWAIT, 0, 0);
	if (got <= 0) {
		if (got != -EAGAIN)
			end(client);
		return;
	}
	client->length += (size_t)got;
	if (client->line[client->length - 1] == '\n') {
		client->line[client->length - 1] = '\0';
		answer(client);
	} else if (client->length == LINE_BYTES_MAX) {
		end(client);
	}
}
