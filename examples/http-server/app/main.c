// The server: a page that greets as the environment says, and a health check.
#include <httpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

static void serve_page(const struct httpd_request *request, struct httpd_response *response,
		       void *greeting)
{
	char page[PAGE_BYTES_MAX];
	size_t length = format_page(page, sizeof(page), greeting);

	(void)request;
	httpd_respond(response, 200, "text/html; charset=utf-8", page, length);
}

static void serve_health(const struct httpd_request *request, struct httpd_response *response,
			 void *argument)
{
	(void)request;
	(void)argument;
	httpd_respond_text(response, 200, "healthy\n");
}

static void announce(uint16_t port, void *argument)
{
	(void)argument;
	printf("serving on port %u\n", port);
}

/* The host asks the guest to end: requests under way are answered first. */
static void terminate(int signal)
{
	(void)signal;
	httpd_stop();
}

int main(void)
{
	char *greeting = getenv("GREETING");
	const struct httpd_route routes[] = {
		{ "GET", "/", serve_page, greeting ? greeting : "Hello" },
		{ "GET", "/healthz", serve_health, NULL },
	};
	const struct httpd_options options = {
		.port = 80,
		.routes = routes,
		.route_count = sizeof(routes) / sizeof(routes[0]),
		.started = announce,
	};

	signal(SIGTERM, terminate);
	int error = httpd_run(&options);
	if (error == 0) {
		printf("stopped\n");
		return 0;
	}
	fprintf(stderr, "the server ended: %s\n", strerror(-error));
	return 1;
}
