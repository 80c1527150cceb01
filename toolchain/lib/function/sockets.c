/* TCP connections to other servers, for fetch(): bytes out, then bytes in until the end. */
#include "function.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 16384

struct socket {
	struct httpd_watch watch; /* first: the one is found from the other */
	int descriptor;
	int32_t id;
	JSValue event;
	char *output;
	size_t output_length, output_written;
	struct socket *next;
};

static struct socket *sockets;
/* Closed ones: an event of the same batch may still name them. */
static struct socket *closed_sockets;
static int32_t last_id;

static void close_socket(struct socket *socket)
{
	struct socket **place = &sockets;

	while (*place != socket)
		place = &(*place)->next;
	*place = socket->next;
	close(socket->descriptor);
	JS_FreeValue(engine.context, socket->event);
	free(socket->output);
	socket->descriptor = -1;
	socket->next = closed_sockets;
	closed_sockets = socket;
}

void sockets_free_closed(void)
{
	while (closed_sockets != NULL) {
		struct socket *socket = closed_sockets;

		closed_sockets = socket->next;
		free(socket);
	}
}

static bool is_open(int32_t id)
{
	for (struct socket *socket = sockets; socket != NULL; socket = socket->next) {
		if (socket->id == id)
			return true;
	}
	return false;
}

/* Calls the script. It may close the socket: false when that has happened. */
static bool tell(struct socket *socket, JSValue bytes, const char *error)
{
	JSContext *context = engine.context;
	int32_t id = socket->id;
	JSValue event = JS_DupValue(context, socket->event);
	JSValue arguments[] = {bytes,
			       error != NULL ? JS_NewString(context, error) : JS_UNDEFINED};
	JSValue result = JS_Call(context, event, JS_UNDEFINED, 2, arguments);

	if (JS_IsException(result))
		jobs_report_exception();
	JS_FreeValue(context, result);
	JS_FreeValue(context, arguments[0]);
	JS_FreeValue(context, arguments[1]);
	JS_FreeValue(context, event);
	jobs_run();
	return is_open(id);
}

/* False when the connection is broken: errno says how. */
static bool send_rest(struct socket *socket)
{
	while (socket->output_written < socket->output_length) {
		ssize_t sent = send(socket->descriptor, socket->output + socket->output_written,
				    socket->output_length - socket->output_written, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == ENOTCONN;
		socket->output_written += (size_t)sent;
	}
	return true;
}

/* Tells of all that has arrived. */
static void receive_all(struct socket *socket)
{
	static uint8_t buffer[READ_BYTES];

	for (;;) {
		ssize_t length = recv(socket->descriptor, buffer, sizeof(buffer), 0);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return;
		if (length <= 0) {
			const char *error = length < 0 ? strerror(errno) : NULL;

			if (tell(socket, JS_UNDEFINED, error))
				close_socket(socket);
			return;
		}
		if (!tell(socket,
			  JS_NewArrayBufferCopy(engine.context, buffer, (size_t)length), NULL))
			return;
	}
}

static void happened(struct httpd_watch *watch, uint32_t events)
{
	struct socket *socket = (struct socket *)watch;
	int error = 0;
	socklen_t length = sizeof(error);

	if (socket->descriptor < 0)
		return;
	if (events & EPOLLERR)
		getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error == 0 && (events & EPOLLOUT) && !send_rest(socket))
		error = errno;
	if (error != 0) {
		if (tell(socket, JS_UNDEFINED, strerror(error)))
			close_socket(socket);
		return;
	}
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
		receive_all(socket);
}

/* A descriptor that connects; negative: -1 with *error in words. */
static int start_connection(const char *host, unsigned port, const char **error)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int status = getaddrinfo(host, NULL, &hints, &found), one = 1;

	if (status != 0) {
		*error = gai_strerror(status);
		return -1;
	}
	struct sockaddr_in address = *(const struct sockaddr_in *)found->ai_addr;

	freeaddrinfo(found);
	address.sin_port = htons((uint16_t)port);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (descriptor >= 0) {
		setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0 ||
		    errno == EINPROGRESS)
			return descriptor;
	}
	*error = strerror(errno);
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

JSValue sockets_open(JSContext *context, JSValueConst self, int count, JSValueConst *arguments)
{
	uint32_t port;
	size_t length;
	const char *host = JS_ToCString(context, arguments[0]), *error = "";
	const uint8_t *bytes = JS_GetUint8Array(context, &length, arguments[2]);

	(void)self;
	(void)count;
	if (host == NULL || bytes == NULL || JS_ToUint32(context, &port, arguments[1]) != 0) {
		JS_FreeCString(context, host);
		return JS_EXCEPTION;
	}
	int descriptor = start_connection(host, port, &error);
	JSValue failure = descriptor < 0 ? JS_ThrowTypeError(context, "cannot connect to %s: %s",
							     host, error)
					 : JS_UNDEFINED;

	JS_FreeCString(context, host);
	if (descriptor < 0)
		return failure;
	struct socket *socket = calloc(1, sizeof(*socket));
	char *output = malloc(length);

	if (socket == NULL || output == NULL) {
		close(descriptor);
		free(socket);
		free(output);
		return JS_ThrowOutOfMemory(context);
	}
	memcpy(output, bytes, length);
	*socket = (struct socket){
		.watch.happened = happened,
		.descriptor = descriptor,
		.id = ++last_id,
		.event = JS_DupValue(context, arguments[3]),
		.output = output,
		.output_length = length,
		.next = sockets,
	};
	sockets = socket;
	int status = httpd_watch(&socket->watch, descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP);

	if (status != 0) {
		close_socket(socket);
		return JS_ThrowTypeError(context, "fetch() works when requests are served: %s",
					 strerror(-status));
	}
	return JS_NewInt32(context, socket->id);
}

JSValue sockets_close(JSContext *context, JSValueConst self, int count, JSValueConst *arguments)
{
	int32_t id;

	(void)self;
	(void)count;
	if (JS_ToInt32(context, &id, arguments[0]) != 0)
		return JS_EXCEPTION;
	for (struct socket *socket = sockets; socket != NULL; socket = socket->next) {
		if (socket->id == id) {
			close_socket(socket);
			break;
		}
	}
	return JS_UNDEFINED;
}
