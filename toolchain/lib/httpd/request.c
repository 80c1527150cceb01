/* From a whole request to its handler: target, routes, and what a handler may ask. */
#include <stdlib.h>
#include <string.h>
#include "server.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The path and query of a target in origin or absolute form; false when it is neither. */
static bool split_target(struct span target, struct span *path, struct span *query)
{
	const char *scheme = "http://";
	size_t scheme_length = strlen(scheme);

	if (target.length > scheme_length && memcmp(target.start, scheme, scheme_length) == 0) {
		target.start += scheme_length;
		target.length -= scheme_length;
		while (target.length > 0 && *target.start != '/' && *target.start != '?') {
			target.start++;
			target.length--;
		}
		if (target.length == 0 || *target.start == '?') {
			*path = (struct span){"/", 1};
			*query = (struct span){target.start, target.length};
			goto strip_mark;
		}
	}
	bool asterisk = target.length == 1 && *target.start == '*';

	if (*target.start != '/' && !asterisk)
		return false;
	const char *mark = memchr(target.start, '?', target.length);
	size_t path_length = mark != NULL ? (size_t)(mark - target.start) : target.length;

	*path = (struct span){target.start, path_length};
	*query = (struct span){target.start + path_length, target.length - path_length};
strip_mark:
	if (query->length > 0) {
		query->start++;
		query->length--;
	}
	return true;
}

/* Decodes %XX; false when that is malformed or gives a NUL. */
static bool decode_path(struct span path, char *decoded)
{
	for (size_t i = 0; i < path.length; i++) {
		int high, low;

		if (path.start[i] != '%') {
			*decoded++ = path.start[i];
			continue;
		}
		if (path.length - i < 3 || (high = hex_digit(path.start[i + 1])) < 0 ||
		    (low = hex_digit(path.start[i + 2])) < 0 || (high == 0 && low == 0))
			return false;
		*decoded++ = (char)(high << 4 | low);
		i += 2;
	}
	*decoded = '\0';
	return true;
}

static bool path_matches(const char *pattern, const char *path)
{
	size_t length = strlen(pattern);

	if (length > 0 && pattern[length - 1] == '*')
		return strncmp(pattern, path, length - 1) == 0;
	return strcmp(pattern, path) == 0;
}

static bool method_matches(const char *allowed, const char *method)
{
	return allowed == NULL || strcmp(allowed, method) == 0 ||
	       (strcmp(allowed, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static bool is_known_method(const char *method)
{
	static const char *const known[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
					    "CONNECT", "OPTIONS", "TRACE", "PATCH"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i], method) == 0)
			return true;
	}
	return false;
}

/* Whether a list of methods has one already. */
static bool lists(const char *methods, const char *method, size_t length)
{
	for (; *methods != '\0'; methods++) {
		if (strncmp(methods, method, length) == 0)
			return true;
	}
	return false;
}

/* Answers what no route does: 404, 405 with what is allowed, or 501. */
static void respond_unrouted(struct server *server, const struct httpd_request *request,
			     struct httpd_response *response)
{
	char allowed[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < server->options.route_count; i++) {
		const struct httpd_route *route = &server->options.routes[i];

		if (!path_matches(route->path, request->path) || route->method == NULL)
			continue;
		const char *more = strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method;
		size_t length = strlen(more);

		if (lists(allowed, more, length) || used + length + 3 > sizeof(allowed))
			continue;
		if (used > 0) {
			memcpy(allowed + used, ", ", 2);
			used += 2;
		}
		memcpy(allowed + used, more, length + 1);
		used += length;
	}
	if (!is_known_method(request->method)) {
		httpd_respond_text(response, 501, "Not Implemented");
	} else if (used > 0) {
		httpd_add_header(response, "Allow", allowed);
		httpd_respond_text(response, 405, "Method Not Allowed");
	} else {
		httpd_respond_text(response, 404, "Not Found");
	}
}

static void route(struct server *server, const struct httpd_request *request,
		  struct httpd_response *response)
{
	for (size_t i = 0; i < server->options.route_count; i++) {
		const struct httpd_route *candidate = &server->options.routes[i];

		if (!path_matches(candidate->path, request->path) ||
		    !method_matches(candidate->method, request->method))
			continue;
		candidate->handler(request, response, candidate->argument);
		if (!response->responded)
			httpd_respond_text(response, 500, "Internal Server Error");
		return;
	}
	respond_unrouted(server, request, response);
}

void request_dispatch(struct connection *connection, const struct head *head, const char *body,
		      size_t body_length)
{
	struct span path, query;
	char small[1024], *strings = small;
	/* Copies of method, path and query, and room for a copy of every header. */
	size_t room = head->method.length + 2 * head->target.length + 4;
	struct httpd_response response;

	if (!split_target(head->target, &path, &query)) {
		response_error(connection, 400);
		return;
	}
	size_t values = 0;

	for (size_t i = 0; i < head->header_count; i++)
		values += head->headers[i].value.length + 1;
	if (room + values > sizeof(small)) {
		strings = malloc(room + values);
		if (strings == NULL) {
			response_error(connection, 503);
			return;
		}
	}
	struct httpd_request request = {
		.head = head,
		.method = strings,
		.path = strings + head->method.length + 1,
		.body = body,
		.body_length = body_length,
		.strings = strings + room,
		.strings_room = values,
	};

	memcpy(request.method, head->method.start, head->method.length);
	request.method[head->method.length] = '\0';
	request.query = request.path + path.length + 1;
	memcpy(request.query, query.start, query.length);
	request.query[query.length] = '\0';
	if (!decode_path(path, request.path)) {
		response_error(connection, 400);
	} else {
		response.connection = connection;
		response.responded = false;
		response.omit_body = strcmp(request.method, "HEAD") == 0;
		response.keep_alive = head->keep_alive && !connection->server->stopping;
		response.http_1_0 = head->minor_version == 0;
		response.is_deferred = false;
		response.extra_length = 0;
		route(connection->server, &request, &response);
	}
	if (strings != small)
		free(strings);
}

const char *httpd_method(const struct httpd_request *request)
{
	return request->method;
}

const char *httpd_path(const struct httpd_request *request)
{
	return request->path;
}

const char *httpd_query(const struct httpd_request *request)
{
	return request->query;
}

const char *httpd_header(const struct httpd_request *request, const char *name)
{
	/* The copies are the request's own, which the application sees as constant. */
	struct httpd_request *self = (struct httpd_request *)request;
	struct span value = head_header(request->head, name);

	if (value.start == NULL)
		return NULL;
	/* A header that is asked for again and again gets its first copy again. */
	for (size_t at = 0; at < self->strings_used; at += strlen(self->strings + at) + 1) {
		if (strlen(self->strings + at) == value.length &&
		    memcmp(self->strings + at, value.start, value.length) == 0)
			return self->strings + at;
	}
	char *copy = self->strings + self->strings_used;

	memcpy(copy, value.start, value.length);
	copy[value.length] = '\0';
	self->strings_used += value.length + 1;
	return copy;
}

bool httpd_header_at(const struct httpd_request *request, size_t place, struct httpd_text *name,
		     struct httpd_text *value)
{
	const struct head *head = request->head;

	if (place >= head->header_count)
		return false;
	*name = (struct httpd_text){head->headers[place].name.start,
				    head->headers[place].name.length};
	*value = (struct httpd_text){head->headers[place].value.start,
				     head->headers[place].value.length};
	return true;
}

struct httpd_text httpd_target(const struct httpd_request *request)
{
	return (struct httpd_text){request->head->target.start, request->head->target.length};
}

const void *httpd_body(const struct httpd_request *request, size_t *length)
{
	*length = request->body_length;
	return request->body;
}
