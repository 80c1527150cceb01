/* Output: gathered over all requests that came together, then written with one call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "server.h"

bool output_pending(const struct connection *connection)
{
	return connection->output_length > connection->output_written;
}

/* Keeps bytes with the connection until they can be written. */
static void keep(struct connection *connection, const void *bytes, size_t length)
{
	size_t needed = connection->output_length + length;

	if (needed > connection->output_room) {
		size_t room = needed < 2 * connection->output_room ? 2 * connection->output_room
								   : needed;
		char *grown = realloc(connection->output, room);

		if (grown == NULL) {
			/* An answer with a hole is worse than none. */
			connection->peer_ended = connection->close_after = true;
			connection->output_length = connection->output_written = 0;
			return;
		}
		connection->output = grown;
		connection->output_room = room;
	}
	memcpy(connection->output + connection->output_length, bytes, length);
	connection->output_length += length;
}

/* Writes as much as goes out now; returns how much, or -1 when the connection is broken. */
static ssize_t write_now(struct connection *connection, const char *bytes, size_t length)
{
	/* The end of the connection follows at once and travels with its last bytes, so that a
	 * peer cannot be the first to close: its port would stay in TIME_WAIT. */
	int flags = MSG_NOSIGNAL | (connection->close_after ? MSG_MORE : 0);
	size_t written = 0;

	while (written < length) {
		ssize_t result = send(connection->descriptor, bytes + written, length - written,
				      flags);

		if (result < 0 && errno == EINTR)
			continue;
		if (result < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? (ssize_t)written : -1;
		written += (size_t)result;
	}
	return (ssize_t)written;
}

static void drop_output(struct connection *connection)
{
	free(connection->output);
	connection->output = NULL;
	connection->output_length = connection->output_written = connection->output_room = 0;
}

/* Empties the gathering buffer, to the socket or to the connection. */
static bool spill(struct connection *connection)
{
	struct server *server = connection->server;
	size_t length = server->output_length;

	server->output_length = 0;
	if (length == 0)
		return true;
	ssize_t written = 0;

	if (!output_pending(connection)) {
		written = write_now(connection, server->output, length);
		if (written < 0)
			return false;
	}
	if ((size_t)written < length)
		keep(connection, server->output + written, length - (size_t)written);
	return true;
}

char *output_reserve(struct connection *connection, size_t length)
{
	struct server *server = connection->server;

	if (length > OUTPUT_BYTES - server->output_length && !spill(connection))
		connection->peer_ended = connection->close_after = true;
	return server->output + server->output_length;
}

void output_commit(struct connection *connection, size_t length)
{
	struct server *server = connection->server;

	if (output_pending(connection) && server->output_length == 0)
		keep(connection, server->output, length);
	else
		server->output_length += length;
}

void output_append(struct connection *connection, const void *bytes, size_t length)
{
	ssize_t written = 0;

	if (length <= OUTPUT_BYTES) {
		memcpy(output_reserve(connection, length), bytes, length);
		output_commit(connection, length);
		return;
	}
	if (!spill(connection)) {
		connection->peer_ended = connection->close_after = true;
		return;
	}
	if (!output_pending(connection)) {
		written = write_now(connection, bytes, length);
		if (written < 0) {
			connection->peer_ended = connection->close_after = true;
			return;
		}
	}
	if ((size_t)written < length)
		keep(connection, (const char *)bytes + written, length - (size_t)written);
}

bool output_flush(struct connection *connection)
{
	if (output_pending(connection)) {
		ssize_t written = write_now(
			connection, connection->output + connection->output_written,
			connection->output_length - connection->output_written);

		if (written < 0)
			return false;
		connection->output_written += (size_t)written;
		if (!output_pending(connection))
			drop_output(connection);
	}
	return spill(connection);
}
