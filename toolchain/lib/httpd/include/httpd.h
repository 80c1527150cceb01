/*
 * A small HTTP/1.1 server: one thread, one event loop, portable C on POSIX sockets and epoll.
 *
 * The application gives a table of routes and calls httpd_run(), which serves until an error
 * ends it. A handler is called with a whole request, body included, and MUST call
 * httpd_respond() or httpd_defer() exactly once before it returns; a handler that does not answers
 * 500. It runs in the event loop: while it does, nobody else is served.
 *
 * Connections are kept and requests may be pipelined, as RFC 9112 says. HEAD is answered by
 * the handler for GET, without its body. What is malformed is answered 400 and the connection
 * is closed; a request whose end could be understood in two ways counts as malformed.
 */
#ifndef HTTPD_H
#define HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct httpd_request;
struct httpd_response;

typedef void (*httpd_handler)(const struct httpd_request *request,
			      struct httpd_response *response, void *argument);

struct httpd_route {
	const char *method; /* "GET"; NULL: every method */
	const char *path;   /* "/index.html"; ending in '*': everything that begins so */
	httpd_handler handler;
	void *argument;
};

struct httpd_options {
	const char *address; /* "127.0.0.1"; NULL: all */
	uint16_t port;	     /* 0: one that is free, see `started` */
	const struct httpd_route *routes; /* the first that matches answers */
	size_t route_count;
	/* Limits; 0 chooses the value in brackets. */
	size_t head_bytes_max;	   /* request line and headers [8192]; beyond: 414, 431 */
	size_t body_bytes_max;	   /* [1 MiB]; beyond: 413 */
	unsigned connections_max;  /* [4096]; beyond: not accepted until one ends */
	unsigned idle_timeout_ms;  /* [60000] without a byte: closed */
	unsigned request_timeout_ms; /* [60000] from a request's first byte to its last: 408 */
	bool no_date; /* leaves the Date header out */
	/* Called once when connections are accepted, with the port. May be NULL. */
	void (*started)(uint16_t port, void *argument);
	void *started_argument;
	/* With HTTPD_DEFER: called between events, where deferred requests may be answered.
	 * Returns the milliseconds after which it is called again if nothing happens; -1: only
	 * when something does. May be NULL. */
	int (*turn)(void *argument);
	void *turn_argument;
};

/* Serves. Returns 0 after httpd_stop(), or a negative errno when it cannot start or go on. */
int httpd_run(const struct httpd_options *options);
/*
 * Ends httpd_run(): no more connections are accepted, requests that have begun to arrive are
 * answered, connections without one are closed. MAY be called by a signal handler, and is made
 * for that of SIGTERM; a handler or a signal handler that ends a wait is when it is looked at.
 */
void httpd_stop(void);

/* The request. Strings are NUL-terminated and valid until the handler returns. */
const char *httpd_method(const struct httpd_request *request);
const char *httpd_path(const struct httpd_request *request);  /* decoded, without the query */
const char *httpd_query(const struct httpd_request *request); /* behind '?', as sent; "" */
/* The value of a header, whatever the case of its name; NULL: absent. */
const char *httpd_header(const struct httpd_request *request, const char *name);
/* All of them in their order: those at `place`, from 0 on; false behind the last one. Neither ends
 * with NUL. */
struct httpd_text {
	const char *start;
	size_t length;
};
bool httpd_header_at(const struct httpd_request *request, size_t place, struct httpd_text *name,
		     struct httpd_text *value);
/* What was asked for as it was sent, e.g. "/a%20b?c=d". */
struct httpd_text httpd_target(const struct httpd_request *request);
const void *httpd_body(const struct httpd_request *request, size_t *length);

/*
 * Adds a header to the response; before httpd_respond(). Those about framing (Content-Length,
 * Transfer-Encoding, Connection) and Date are the server's. Returns false, and adds nothing,
 * when it is one of these, is not a valid header, or there is no more room (2 KiB).
 */
bool httpd_add_header(struct httpd_response *response, const char *name, const char *value);
/* Answers. content_type may be NULL. The body is copied if it cannot be sent at once. */
void httpd_respond(struct httpd_response *response, int status, const char *content_type,
		   const void *body, size_t length);
/* The same with a string. */
void httpd_respond_text(struct httpd_response *response, int status, const char *text);
/*
 * With HTTPD_DEFER, the request is going to be answered later: returns what takes the place of the response until
 * then, or NULL, and answers 503, when memory is out. httpd_respond() MUST be called on it exactly
 * once, by `turn`, also when the peer has gone by then. Further requests of its connection wait.
 */
struct httpd_response *httpd_defer(struct httpd_response *response);

/* Something else that the event loop waits for, e.g. a connection to another server. */
struct httpd_watch {
	/* Called with what epoll says; deferred requests may be answered here. It MAY free the
	 * watch after closing the descriptor. */
	void (*happened)(struct httpd_watch *watch, uint32_t events);
};

/* Watches a descriptor until it is closed, edge-triggered. Only while httpd_run() runs: from a
 * handler, `turn`, or `happened`. Returns 0 or a negative errno. */
int httpd_watch(struct httpd_watch *watch, int descriptor, uint32_t events);

#endif
