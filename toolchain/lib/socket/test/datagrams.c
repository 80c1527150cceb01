/* UDP over the loopback: boundaries, truncation, sources, connected sockets, full queues. */
#include "check.h"

static int bound(uint16_t *port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof(address);
	int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(descriptor >= 0);
	CHECK(bind(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0);
	*port = ntohs(address.sin_port);
	return descriptor;
}

int main(void)
{
	uint16_t port_a, port_b;
	int a = bound(&port_a), b = bound(&port_b);
	struct sockaddr_in to_b = loopback(port_b), from;
	socklen_t length = sizeof(from);
	static char large[20000], received[20000];
	struct timeval limit = {1, 0};

	CHECK(setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	CHECK_FAILS(send(a, "x", 1, 0), EDESTADDRREQ);
	CHECK(sendto(a, "one", 3, 0, (struct sockaddr *)&to_b, sizeof(to_b)) == 3);
	CHECK(sendto(a, "", 0, 0, (struct sockaddr *)&to_b, sizeof(to_b)) == 0);
	CHECK(sendto(a, "three", 5, 0, (struct sockaddr *)&to_b, sizeof(to_b)) == 5);
	CHECK(recvfrom(b, received, sizeof(received), 0, (struct sockaddr *)&from, &length) == 3);
	CHECK(ntohs(from.sin_port) == port_a && memcmp(received, "one", 3) == 0);
	CHECK(recv(b, received, sizeof(received), 0) == 0);
	CHECK(recv(b, received, 2, MSG_PEEK) == 2);
	CHECK(recv(b, received, 2, MSG_TRUNC) == 5 && memcmp(received, "th", 2) == 0);
	CHECK_FAILS(recv(b, received, 1, MSG_DONTWAIT), EAGAIN);

	/* Larger than a frame. */
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * 13);
	CHECK(connect(a, (struct sockaddr *)&to_b, sizeof(to_b)) == 0);
	CHECK(send(a, large, sizeof(large), 0) == sizeof(large));
	CHECK(recv(b, received, sizeof(received), 0) == sizeof(large));
	CHECK(memcmp(large, received, sizeof(large)) == 0);
	static char too_large[65536];

	CHECK_FAILS(send(a, too_large, sizeof(too_large), 0), EMSGSIZE);

	/* A queue that nobody reads is bounded, and what it holds is whole. */
	for (int i = 0; i < 2000; i++)
		CHECK(send(a, large, 1000, 0) == 1000);
	int queued = 0;

	while (poll(&(struct pollfd){b, POLLIN, 0}, 1, 0) == 1) {
		CHECK(recv(b, received, sizeof(received), MSG_DONTWAIT) == 1000);
		queued++;
	}
	CHECK(queued > 10 && queued < 2000);
	close(a);
	close(b);
	puts("SUCCESS");
	return 0;
}
