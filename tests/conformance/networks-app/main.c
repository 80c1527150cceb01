/* A member of networks for guest-networks.test.ts: it says its name to whoever connects to port
 * 7000, and does at HTTP's port what it is asked to: look others up, speak to them, flood them. */
#include <arpa/inet.h>
#include <httpd.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PORT 7000
#define PORT_TEXT "7000"
#define FLOOD_BYTES 1400

static void *greet(void *argument)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	(void)argument;
	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(listener, 16) != 0)
		exit(3);
	for (;;) {
		int client = accept(listener, NULL, NULL);

		dprintf(client, "I am %s", getenv("NAME"));
		close(client);
	}
}

static void look_up(const struct httpd_request *request, struct httpd_response *response,
		    void *argument)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	int error = getaddrinfo(httpd_query(request), PORT_TEXT, &hints, &found);
	char text[64];

	(void)argument;
	if (error != 0) {
		httpd_respond_text(response, 404, gai_strerror(error));
		return;
	}
	inet_ntop(AF_INET, &((struct sockaddr_in *)found->ai_addr)->sin_addr, text, sizeof(text));
	freeaddrinfo(found);
	httpd_respond_text(response, 200, text);
}

static void visit(const struct httpd_request *request, struct httpd_response *response,
		  void *argument)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	const struct timeval patience = {.tv_sec = 2};
	int error = getaddrinfo(httpd_query(request), PORT_TEXT, &hints, &found), fd;
	char text[256];
	ssize_t length = -1;

	(void)argument;
	if (error != 0) {
		httpd_respond_text(response, 404, gai_strerror(error));
		return;
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, found->ai_addr, found->ai_addrlen) == 0)
		length = read(fd, text, sizeof(text) - 1);
	close(fd);
	freeaddrinfo(found);
	if (length < 0) {
		httpd_respond_text(response, 504, "nobody answers");
		return;
	}
	text[length] = '\0';
	httpd_respond_text(response, 200, text);
}

static void *send_for_ever(void *argument)
{
	static char bytes[FLOOD_BYTES];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, argument, &to.sin_addr);
	for (;;) {
		sendto(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&to, sizeof(to));
		sched_yield();
	}
}

static void flood(const struct httpd_request *request, struct httpd_response *response,
		  void *argument)
{
	pthread_t thread;

	(void)argument;
	pthread_create(&thread, NULL, send_for_ever, strdup(httpd_query(request)));
	httpd_respond_text(response, 200, "flooding");
}

static void listening(uint16_t port, void *argument)
{
	(void)argument;
	printf("listening on port %u\n", port);
}

int main(void)
{
	const struct httpd_route routes[] = {
		{"GET", "/name", look_up, NULL},
		{"GET", "/visit", visit, NULL},
		{"GET", "/flood", flood, NULL},
	};
	const struct httpd_options options = {.port = 80,
					      .routes = routes,
					      .route_count = sizeof(routes) / sizeof(routes[0]),
					      .started = listening};
	pthread_t thread;

	pthread_create(&thread, NULL, greet, NULL);
	return httpd_run(&options) == 0 ? 0 : 1;
}
