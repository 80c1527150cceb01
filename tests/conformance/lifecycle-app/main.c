// A guest that does what a test says: how it takes the request to end, and how it ends by itself.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void handler(int number)
{
	handled = number;
}

static void wait_for_request(void)
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(SIGTERM, &action, NULL);
	puts("ready");
	while (!handled)
		pause();
	puts("saving what there is");
	sleep(1);
	puts("handled");
}

static void echo(void)
{
	char line[256];

	puts("ready");
	while (fgets(line, sizeof(line), stdin))
		printf("you said: %s", line);
}

static void flood(long bytes)
{
	static char line[1001];

	memset(line, 'x', sizeof(line) - 1);
	for (long i = 0; i < bytes; i += sizeof(line))
		puts(line);
	puts("flooded");
	pause();
}

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "";

	if (!strcmp(what, "handle")) {
		wait_for_request();
		return 7;
	}
	if (!strcmp(what, "ignore")) {
		signal(SIGTERM, SIG_IGN);
		puts("ready");
	} else if (!strcmp(what, "echo")) {
		echo();
	} else if (!strcmp(what, "flood")) {
		flood(atol(arguments[2]));
	} else if (!strcmp(what, "exit")) {
		puts("ready");
		return atoi(arguments[2]);
	} else if (!strcmp(what, "crash")) {
		puts("ready");
		*(volatile int *)8 = 1;
	} else {
		puts("ready");
	}
	for (;;)
		pause();
}
