// Counts its starts and its visits, in a file that it replaces as a whole: after any crash the old
// numbers are there or the new ones.
#include <errno.h>
#include <fcntl.h>
#include <httpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char counts_path[] = "/data/counts";
static const char next_path[] = "/data/counts.next";

// The page's first words.
static const char title[] = "Counter one";

struct counts {
	long starts, visits;
};
static struct counts counts;

static void load(void)
{
	FILE *file = fopen(counts_path, "r");

	if (file == NULL)
		return;
	if (fscanf(file, "%ld %ld", &counts.starts, &counts.visits) != 2)
		counts = (struct counts){ 0, 0 };
	fclose(file);
}

// Durable when it returns: the content is synced before it gets its name, as is the name.
static int save(void)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "%ld %ld\n", counts.starts, counts.visits);
	int file = open(next_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (file < 0)
		return errno;
	int failed = write(file, text, (size_t)length) != length || fsync(file) != 0;
	int error = failed ? errno : 0;

	close(file);
	if (error == 0 && rename(next_path, counts_path) != 0)
		error = errno;
	return error;
}

static void serve_page(const struct httpd_request *request, struct httpd_response *response,
		       void *argument)
{
	char body[128];

	(void)request;
	(void)argument;
	counts.visits++;
	int error = save();
	if (error != 0) {
		counts.visits--;
		snprintf(body, sizeof(body), "not counted: %s\n", strerror(error));
		httpd_respond_text(response, 500, body);
		return;
	}
	snprintf(body, sizeof(body), "%s: visit %ld, start %ld\n", title, counts.visits,
		 counts.starts);
	httpd_respond_text(response, 200, body);
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
	printf("start %ld, %ld visits so far, serving on port %u\n", counts.starts, counts.visits,
	       port);
}

int main(void)
{
	static const struct httpd_route routes[] = {
		{ "GET", "/", serve_page, NULL },
		{ "GET", "/healthz", serve_health, NULL },
	};
	const struct httpd_options options = {
		.port = 80,
		.routes = routes,
		.route_count = sizeof(routes) / sizeof(routes[0]),
		.started = announce,
	};

	load();
	counts.starts++;
	int error = save();
	if (error == 0)
		error = -httpd_run(&options);
	fprintf(stderr, "the counter ended: %s\n", strerror(error));
	return 1;
}
