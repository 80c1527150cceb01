// A page that counts its visits; another guest keeps the count, whose name is in DB.
#include <httpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DB_PORT "5432"
#define VISIT "This is visit "

// Adds the answer of the guest with this name to the text; NULL, or what did not work.
static const char *ask(const char *name, char *text, size_t size)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	ssize_t length = -1;

	if (getaddrinfo(name, DB_PORT, &hints, &found) != 0)
		return "the database's name is unknown\n";
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0)
		length = read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	freeaddrinfo(found);
	if (length <= 0)
		return "the database does not answer\n";
	text[length] = '\0';
	return NULL;
}

static void serve_page(const struct httpd_request *request, struct httpd_response *response,
		       void *name)
{
	char page[64] = VISIT;
	const char *problem = ask(name, page + strlen(VISIT), sizeof(page) - strlen(VISIT));

	(void)request;
	httpd_respond_text(response, problem != NULL ? 503 : 200, problem != NULL ? problem : page);
}

int main(void)
{
	char *name = getenv("DB");
	const struct httpd_route routes[] = {{"GET", "/", serve_page, name != NULL ? name : "db"}};
	const struct httpd_options options = {.port = 80, .routes = routes, .route_count = 1};
	int error = httpd_run(&options);

	fprintf(stderr, "the server ended: %s\n", strerror(-error));
	return 1;
}
