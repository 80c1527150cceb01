// Keeps a count: whoever connects to port 5432 adds one, and is told how much it is.
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 5432

int main(void)
{
	const struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	unsigned long count = 0;

	if (listener < 0 || bind(listener, (const struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(listener, 64) != 0) {
		perror("cannot listen");
		return 1;
	}
	puts("ready");
	for (;;) {
		int client = accept(listener, NULL, NULL);

		if (client < 0)
			continue;
		dprintf(client, "%lu\n", ++count);
		close(client);
	}
}
