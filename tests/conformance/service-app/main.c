// The application of the tests of services: a page that tells its version. What it does wrong stands
// in a text that tests replace in the finished image.
#include <httpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// "VERSION WRONG": e.g. "two 500".
static const char text[] = "@BEHAVIOUR@.....................";
static char version[32], wrong[32];

static void serve_page(const struct httpd_request *request, struct httpd_response *response,
		       void *argument)
{
	const char *greeting = getenv("GREETING");
	char body[128];

	(void)request;
	(void)argument;
	if (strcmp(wrong, "fragile") == 0)
		abort();
	snprintf(body, sizeof(body), "version %s, %s\n", version, greeting ? greeting : "-");
	httpd_respond_text(response, 200, body);
}

static void serve_health(const struct httpd_request *request, struct httpd_response *response,
			 void *argument)
{
	(void)request;
	(void)argument;
	httpd_respond_text(response, strcmp(wrong, "500") == 0 ? 500 : 200, "health\n");
}

/* Answers after a while, in which nobody else is served. */
static void serve_slowly(const struct httpd_request *request, struct httpd_response *response,
			 void *argument)
{
	usleep(500 * 1000);
	serve_page(request, response, argument);
}

static __attribute__((noinline)) void go_wrong(void)
{
	printf("about to go wrong\n");
	*(volatile int *)8 = 1;
}

static void announce(uint16_t port, void *argument)
{
	(void)argument;
	printf("serving on port %u\n", port);
}

static void terminate(int signal)
{
	(void)signal;
	httpd_stop();
}

static void *go_wrong_later(void *argument)
{
	(void)argument;
	sleep(1);
	go_wrong();
	return NULL;
}

int main(void)
{
	const struct httpd_route routes[] = {
		{ "GET", "/", serve_page, NULL },
		{ "GET", "/healthz", serve_health, NULL },
		{ "GET", "/slow", serve_slowly, NULL },
	};
	const struct httpd_options options = {
		.port = 80,
		.routes = routes,
		.route_count = sizeof(routes) / sizeof(routes[0]),
		.started = announce,
	};

	pthread_t thread;

	sscanf(text, "%31s %31s", version, wrong);
	signal(SIGTERM, terminate);
	if (strcmp(wrong, "crash") == 0)
		go_wrong();
	if (strcmp(wrong, "later") == 0)
		pthread_create(&thread, NULL, go_wrong_later, NULL);
	return httpd_run(&options) == 0 ? 0 : 1;
}
