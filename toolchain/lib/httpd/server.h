/* The server and its connections, between the files that implement them. */
#ifndef HTTPD_SERVER_H
#define HTTPD_SERVER_H

#include <httpd.h>
#include "chunks.h"
#include "head.h"

/* What one read takes, and the room where requests that come whole are answered in place. */
#define INPUT_BYTES 16384
/* Answers are gathered here and written at once. */
#define OUTPUT_BYTES 16384
#define EXTRA_HEADERS_BYTES 2048

#ifdef CONFIG_HTTPD_DEFER
#define CAN_DEFER true
#else
#define CAN_DEFER false
#endif

struct server;

enum phase {
	PHASE_HEAD,    /* waits for a request, or for the rest of its head */
	PHASE_BODY,
	PHASE_LINGER,  /* the last answer is out: reads over what comes until the peer ends */
};

struct connection {
	struct server *server;
	int descriptor;
	enum phase phase;
	bool close_after, peer_ended, error_close;
	/* The peer has sent its last, which may not have been read yet. */
	bool is_end_announced;
	/* Input kept between events: a request that is not whole yet. */
	char *input;
	size_t input_length, input_room;
	size_t scanned; /* of the head, see head_find_end() */
	/* The request whose body is awaited. */
	size_t head_length;
	enum framing framing;
	uint64_t content_length;
	struct chunks chunks;
	size_t raw, decoded; /* of a chunked body */
	uint64_t request_since_ms; /* 0: none has begun */
	/* Of the request that is answered later. */
	struct httpd_response *deferred;
	/* Output that could not be written yet. */
	char *output;
	size_t output_length, output_written, output_room;
	/* Ordered by last activity. */
	uint64_t active_ms;
	struct connection *newer, *older;
};

struct server {
	struct httpd_options options;
	int listener, events;
	uint64_t now_ms;
	unsigned connections;
	bool accepting, stopping;
	struct connection *newest, *oldest;
	char date[48]; /* a whole header line */
	size_t date_length;
	uint64_t date_second;
	char input[INPUT_BYTES];
	char output[OUTPUT_BYTES];
	size_t output_length;
};

struct httpd_request {
	const struct head *head;
	char *method, *path, *query; /* NUL-terminated copies */
	const char *body;
	size_t body_length;
	char *strings; /* copies of header values handed out */
	size_t strings_used, strings_room;
};

struct httpd_response {
	struct connection *connection;
	bool responded, omit_body, keep_alive, http_1_0;
	bool is_deferred; /* lives by itself; its connection is NULL when that has ended */
	char extra[EXTRA_HEADERS_BYTES];
	size_t extra_length;
};

/* connection.c */
void connection_accept(struct server *server, int descriptor);
void connection_event(struct connection *connection, bool readable_or_ended, bool writable);
void connection_timeout(struct connection *connection);
/* Goes on with it after a deferred request was answered. */
void connection_resume(struct connection *connection);
/* Closes it unless there is something left to do on it. */
void connection_stop(struct connection *connection);
void connection_close(struct connection *connection);

/* output.c: everything that is sent goes through here. */
void output_append(struct connection *connection, const void *bytes, size_t length);
/* Room to compose up to OUTPUT_BYTES in, instead of copying them; then how many they became. */
char *output_reserve(struct connection *connection, size_t length);
void output_commit(struct connection *connection, size_t length);
/* Writes what was gathered; what does not go out now stays with the connection. False when the
 * connection is broken. */
bool output_flush(struct connection *connection);
bool output_pending(const struct connection *connection);

/* request.c: finds the handler for a whole request and calls it. */
void request_dispatch(struct connection *connection, const struct head *head, const char *body,
		      size_t body_length);

/* response.c */
void response_error(struct connection *connection, int status);
void response_write(struct httpd_response *response, int status, const char *content_type,
		    const void *body, size_t length);

/* defer.c */
void deferred_respond(struct httpd_response *response, int status, const char *content_type,
		      const void *body, size_t length);

#endif
