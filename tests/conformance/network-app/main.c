/* The server that network.test.ts talks to. */
#include <httpd.h>
#include <stdio.h>
#include <string.h>

#define LARGE_BYTES (3u << 20)

static void hello(const struct httpd_request *request, struct httpd_response *response,
		  void *argument)
{
	(void)request;
	httpd_respond_text(response, 200, argument);
}

static void echo(const struct httpd_request *request, struct httpd_response *response,
		 void *argument)
{
	size_t length;
	const void *body = httpd_body(request, &length);
	const char *type = httpd_header(request, "content-type");

	(void)argument;
	httpd_respond(response, 200, type != NULL ? type : "application/octet-stream", body, length);
}

static void large(const struct httpd_request *request, struct httpd_response *response,
		  void *argument)
{
	static unsigned char bytes[LARGE_BYTES];

	(void)request;
	(void)argument;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 31 + (i >> 8) * 7);
	httpd_respond(response, 200, "application/octet-stream", bytes, sizeof(bytes));
}

static void describe(const struct httpd_request *request, struct httpd_response *response,
		     void *argument)
{
	char text[512];

	(void)argument;
	snprintf(text, sizeof(text), "%s|%s|%s", httpd_method(request), httpd_path(request),
		 httpd_query(request));
	httpd_add_header(response, "X-Added", "yes");
	if (httpd_add_header(response, "X-Bad", "a\r\nInjected: b"))
		strcpy(text, "a header was injected");
	httpd_respond_text(response, 200, text);
}

static void silent(const struct httpd_request *request, struct httpd_response *response,
		   void *argument)
{
	(void)request;
	(void)response;
	(void)argument;
}

static void started(uint16_t port, void *argument)
{
	(void)argument;
	printf("listening on port %d\n", port);
	fflush(stdout);
}

int main(void)
{
	static const struct httpd_route routes[] = {
		{"GET", "/", hello, "hello\n"},
		{"POST", "/echo", echo, NULL},
		{"GET", "/large", large, NULL},
		{"GET", "/silent", silent, NULL},
		{NULL, "/describe/*", describe, NULL},
	};
	struct httpd_options options = {
		.address = "0.0.0.0",
		.port = 80,
		.routes = routes,
		.route_count = sizeof(routes) / sizeof(routes[0]),
		.request_timeout_ms = 1500,
		.started = started,
	};
	int error = httpd_run(&options);

	printf("httpd_run: %s\n", strerror(-error));
	return 1;
}
