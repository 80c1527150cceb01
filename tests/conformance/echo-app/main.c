/* The server of sandbox-relay.test.ts: sends back what it gets, by TCP and by UDP, at port 7. */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7
#define PLACES 130 /* the listener, the UDP socket, connections */

static struct pollfd polls[PLACES];
static unsigned used = 2;
static char bytes[65536];

static int bound(int type)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)))
		perror("bind");
	return fd;
}

static void answer_datagram(int fd)
{
	struct sockaddr_in client;
	socklen_t length = sizeof(client);
	ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&client, &length);

	if (got >= 0)
		sendto(fd, bytes, (size_t)got, 0, (struct sockaddr *)&client, length);
}

/* False when the connection has ended. */
static int answer_stream(int fd)
{
	ssize_t got = read(fd, bytes, sizeof(bytes));

	for (ssize_t at = 0; at < got;) {
		ssize_t written = write(fd, bytes + at, (size_t)(got - at));

		if (written <= 0)
			return 0;
		at += written;
	}
	return got > 0;
}

int main(void)
{
	polls[0] = (struct pollfd){bound(SOCK_STREAM), POLLIN, 0};
	polls[1] = (struct pollfd){bound(SOCK_DGRAM), POLLIN, 0};
	if (listen(polls[0].fd, 128))
		perror("listen");
	printf("listening\n");
	fflush(stdout);
	while (poll(polls, used, -1) > 0) {
		for (unsigned i = used; i-- > 2;) {
			if (!polls[i].revents || answer_stream(polls[i].fd))
				continue;
			close(polls[i].fd);
			polls[i] = polls[--used];
		}
		if (polls[1].revents)
			answer_datagram(polls[1].fd);
		if (polls[0].revents && used < PLACES)
			polls[used++] = (struct pollfd){accept(polls[0].fd, NULL, NULL), POLLIN, 0};
	}
	return 1;
}
