/*
 * One connection: gathers input into whole requests, has them answered in order, and ends. A
 * request that arrives whole is parsed where it was read to and never copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "server.h"

/* How long the last answer's connection is read on for, so that the peer sees the answer and
 * not a reset (RFC 9112, section 9.6). */
#define LINGER_MS 2000

static void unlink_activity(struct connection *connection)
{
	struct server *server = connection->server;

	if (connection->newer != NULL)
		connection->newer->older = connection->older;
	else
		server->newest = connection->older;
	if (connection->older != NULL)
		connection->older->newer = connection->newer;
	else
		server->oldest = connection->newer;
}

static void link_newest(struct connection *connection)
{
	struct server *server = connection->server;

	connection->active_ms = server->now_ms;
	connection->newer = NULL;
	connection->older = server->newest;
	if (server->newest != NULL)
		server->newest->newer = connection;
	else
		server->oldest = connection;
	server->newest = connection;
}

static void touch(struct connection *connection)
{
	if (connection->server->newest == connection) {
		connection->active_ms = connection->server->now_ms;
		return;
	}
	unlink_activity(connection);
	link_newest(connection);
}

static bool is_deferring(const struct connection *connection)
{
	return CAN_DEFER && connection->deferred != NULL;
}

void connection_close(struct connection *connection)
{
	struct server *server = connection->server;

	if (is_deferring(connection))
		connection->deferred->connection = NULL;
	unlink_activity(connection);
	close(connection->descriptor);
	free(connection->input);
	free(connection->output);
	free(connection);
	server->connections--;
}

void connection_accept(struct server *server, int descriptor)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};

	if (connection == NULL) {
		close(descriptor);
		return;
	}
	connection->server = server;
	connection->descriptor = descriptor;
	event.data.ptr = connection;
	server->connections++;
	link_newest(connection);
	if (epoll_ctl(server->events, EPOLL_CTL_ADD, descriptor, &event) != 0)
		connection_close(connection);
}

/* Refuses the request: answers, and takes nothing more from this connection. */
static size_t refuse(struct connection *connection, int status, size_t length)
{
	response_error(connection, status);
	return length;
}

static void request_done(struct connection *connection)
{
	connection->phase = PHASE_HEAD;
	connection->scanned = 0;
	connection->request_since_ms = 0;
}

/* The head that was looked for is not whole: is there hope? */
static size_t head_incomplete(struct connection *connection, const char *bytes, size_t length)
{
	if (length < connection->server->options.head_bytes_max)
		return 0;
	bool first_line_done = memchr(bytes, '\n', length) != NULL;

	return refuse(connection, first_line_done ? 431 : 414, length);
}

/* Takes a head whose end was found. Returns the bytes used up, 0 when a body is awaited. */
static size_t take_head(struct connection *connection, char *bytes, size_t length,
			size_t head_length)
{
	const struct httpd_options *options = &connection->server->options;
	struct head head;
	int status;

	if (head_length > options->head_bytes_max) {
		bool first_line_long = (size_t)((char *)memchr(bytes, '\n', length) - bytes) >=
				       options->head_bytes_max;

		return refuse(connection, first_line_long ? 414 : 431, length);
	}
	status = head_parse(bytes, head_length, &head);
	if (status == 0 && head.framing == FRAMING_LENGTH &&
	    head.content_length > options->body_bytes_max)
		status = 413;
	if (status != 0)
		return refuse(connection, status, length);
	if (head.framing == FRAMING_NONE ||
	    (head.framing == FRAMING_LENGTH && head.content_length <= length - head_length)) {
		size_t body_length =
			head.framing == FRAMING_NONE ? 0 : (size_t)head.content_length;

		request_dispatch(connection, &head, bytes + head_length, body_length);
		request_done(connection);
		return head_length + body_length;
	}
	connection->phase = PHASE_BODY;
	connection->head_length = head_length;
	connection->framing = head.framing;
	connection->content_length = head.content_length;
	connection->chunks = (struct chunks){.state = CHUNK_SIZE_START};
	connection->raw = connection->decoded = head_length;
	if (head.expects_continue && length == head_length)
		output_append(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	return 0;
}

/* Looks at a body that is arriving. Returns the bytes used up, 0 when more is awaited. */
static size_t take_body(struct connection *connection, char *bytes, size_t length)
{
	size_t head_length = connection->head_length, body_length, used;
	struct head head;

	if (connection->framing == FRAMING_LENGTH) {
		if (length - head_length < connection->content_length)
			return 0;
		body_length = (size_t)connection->content_length;
		used = head_length + body_length;
	} else {
		int status = chunks_decode(&connection->chunks, bytes, length, &connection->raw,
					   &connection->decoded,
					   head_length + connection->server->options.body_bytes_max);

		if (status != 0)
			return refuse(connection, status, length);
		if (connection->chunks.state != CHUNK_DONE)
			return 0;
		body_length = connection->decoded - head_length;
		used = connection->raw;
	}
	/* Known to be right: the bytes may have moved since it was first parsed. */
	if (head_parse(bytes, head_length, &head) != 0)
		return refuse(connection, 400, length);
	request_dispatch(connection, &head, bytes + head_length, body_length);
	request_done(connection);
	return used;
}

/* One step: 0 when more input is needed. */
static size_t step(struct connection *connection, char *bytes, size_t length)
{
	size_t used = 0;

	if (connection->phase == PHASE_HEAD) {
		/* Empty lines before a request are read over (RFC 9112, section 2.2). */
		if (connection->scanned == 0 && length >= 2 && bytes[0] == '\r' && bytes[1] == '\n')
			return 2;
		size_t head_length = head_find_end(bytes, length, &connection->scanned);

		if (head_length == 0)
			return head_incomplete(connection, bytes, length);
		used = take_head(connection, bytes, length, head_length);
	}
	if (used == 0 && connection->phase == PHASE_BODY)
		used = take_body(connection, bytes, length);
	return used;
}

/* Whether the next request has to wait: a peer that does not read gets no more answers, and
 * answers go out in the order of their requests. */
static bool is_busy(const struct connection *connection)
{
	return output_pending(connection) || is_deferring(connection);
}

/* Answers all requests that are whole; returns the bytes they took. */
static size_t process(struct connection *connection, char *bytes, size_t length)
{
	size_t total = 0;

	while (total < length && !connection->close_after && !is_busy(connection)) {
		size_t used = step(connection, bytes + total, length - total);

		if (used == 0)
			break;
		total += used;
	}
	return connection->close_after ? length : total;
}

/* Room behind the kept input, at least `wanted` bytes; false when memory is out. */
static bool make_room(struct connection *connection, size_t wanted)
{
	size_t needed = connection->input_length + wanted;

	if (needed <= connection->input_room)
		return true;
	size_t room = needed < 2 * connection->input_room ? 2 * connection->input_room : needed;
	char *grown = realloc(connection->input, room);

	if (grown == NULL)
		return false;
	connection->input = grown;
	connection->input_room = room;
	return true;
}

static void drop_input(struct connection *connection)
{
	free(connection->input);
	connection->input = NULL;
	connection->input_length = connection->input_room = 0;
}

/* Processes what is kept, and keeps what is left of it. */
static void process_kept(struct connection *connection)
{
	size_t used = process(connection, connection->input, connection->input_length);

	/* A chunked body that was decoded in place leaves a gap behind it. */
	if (connection->phase == PHASE_BODY && connection->framing == FRAMING_CHUNKED &&
	    used == 0 && connection->raw > connection->decoded) {
		memmove(connection->input + connection->decoded,
			connection->input + connection->raw,
			connection->input_length - connection->raw);
		connection->input_length -= connection->raw - connection->decoded;
		connection->raw = connection->decoded;
	}
	if (used == connection->input_length) {
		drop_input(connection);
	} else if (used > 0) {
		memmove(connection->input, connection->input + used,
			connection->input_length - used);
		connection->input_length -= used;
	}
}

static void take_input(struct connection *connection, char *bytes, size_t length)
{
	struct server *server = connection->server;

	if (connection->input_length == 0) {
		size_t used = process(connection, bytes, length);

		bytes += used;
		length -= used;
	}
	if (length > 0) {
		if (!make_room(connection, length)) {
			response_error(connection, 503);
			return;
		}
		bool processed = connection->input_length == 0;

		memcpy(connection->input + connection->input_length, bytes, length);
		connection->input_length += length;
		if (!processed)
			process_kept(connection);
	}
	if (connection->input_length > 0 && connection->request_since_ms == 0)
		connection->request_since_ms = server->now_ms;
}

/* Ends the sending side and waits for the peer to do the same. */
static void linger(struct connection *connection)
{
	shutdown(connection->descriptor, SHUT_WR);
	drop_input(connection);
	connection->phase = PHASE_LINGER;
	touch(connection);
}

/* Reads all there is. False when the connection is broken. */
static bool read_all(struct connection *connection)
{
	struct server *server = connection->server;

	while (!connection->peer_ended && !connection->close_after && !is_busy(connection)) {
		ssize_t length = recv(connection->descriptor, server->input, INPUT_BYTES, 0);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		touch(connection);
		if (length == 0)
			connection->peer_ended = true;
		else
			take_input(connection, server->input, (size_t)length);
		/* Edge-triggered: a short read has emptied the socket, and what comes later is
		 * announced again. */
		if (length < INPUT_BYTES && !connection->peer_ended)
			break;
	}
	return true;
}

static bool read_over(struct connection *connection)
{
	struct server *server = connection->server;
	ssize_t length;

	do {
		length = recv(connection->descriptor, server->input, INPUT_BYTES, 0);
	} while (length > 0 || (length < 0 && errno == EINTR));
	return length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void connection_event(struct connection *connection, bool ended, bool writable)
{
	if (connection->phase == PHASE_LINGER) {
		if (!read_over(connection))
			connection_close(connection);
		return;
	}
	bool blocked = output_pending(connection), alive = true;

	if (ended)
		connection->is_end_announced = true;

	if (blocked && writable) {
		alive = output_flush(connection);
		touch(connection);
		/* Requests that waited for their predecessors' answers to go out. */
		if (alive && !output_pending(connection) && connection->input_length > 0)
			process_kept(connection);
	}
	do {
		if (alive)
			alive = read_all(connection);
		if (alive)
			alive = output_flush(connection);
		/* The peer has ended and this was its last input: read to the end at once. */
	} while (alive && connection->is_end_announced && !connection->peer_ended &&
		 !connection->close_after && !is_busy(connection));
	if (!alive) {
		connection->server->output_length = 0;
		connection_close(connection);
	} else if (is_busy(connection)) {
		return;
	} else if (connection->close_after && connection->error_close &&
		   !connection->peer_ended) {
		linger(connection);
	} else if (connection->close_after || connection->peer_ended) {
		connection_close(connection);
	}
}

void connection_resume(struct connection *connection)
{
	touch(connection);
	if (connection->input_length > 0 && !output_pending(connection))
		process_kept(connection);
	/* Something may have arrived that nobody looked at meanwhile. */
	connection_event(connection, false, true);
}

void connection_timeout(struct connection *connection)
{
	const struct httpd_options *options = &connection->server->options;
	uint64_t idle_ms = connection->server->now_ms - connection->active_ms;

	/* It is we who take our time. */
	if (is_deferring(connection))
		return;

	if (connection->phase == PHASE_LINGER) {
		if (idle_ms >= LINGER_MS)
			connection_close(connection);
		return;
	}
	if (connection->request_since_ms != 0 && !output_pending(connection)) {
		uint64_t taken_ms = connection->server->now_ms - connection->request_since_ms;

		if (taken_ms >= options->request_timeout_ms || idle_ms >= options->idle_timeout_ms) {
			response_error(connection, 408);
			if (output_flush(connection))
				linger(connection);
			else
				connection_close(connection);
			return;
		}
	}
	if (idle_ms >= options->idle_timeout_ms)
		connection_close(connection);
}

void connection_stop(struct connection *connection)
{
	bool is_idle = connection->phase == PHASE_HEAD && connection->input_length == 0;

	if (is_idle && !is_busy(connection))
		connection_close(connection);
}
