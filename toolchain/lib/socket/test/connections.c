/* Many connections at a time, each used in turn, ended and made anew: what is sent on one arrives
 * there and nowhere else. */
#include "check.h"

#define PAIRS 300
#define ROUNDS 4

static struct {
	int client, server;
} pairs[PAIRS];

static void open_pair(int listener, uint16_t port, unsigned index)
{
	struct sockaddr_in address = loopback(port);

	pairs[index].client = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(pairs[index].client >= 0);
	CHECK(connect(pairs[index].client, (struct sockaddr *)&address, sizeof(address)) == 0);
	pairs[index].server = accept(listener, NULL, NULL);
	CHECK(pairs[index].server >= 0);
}

static void close_pair(unsigned index)
{
	char byte;

	CHECK(close(pairs[index].client) == 0);
	CHECK(read(pairs[index].server, &byte, 1) == 0);
	CHECK(close(pairs[index].server) == 0);
}

static void exchange(unsigned index, unsigned round)
{
	unsigned there = round << 16 | index, received = 0, back = ~there;

	CHECK(write(pairs[index].client, &there, sizeof(there)) == sizeof(there));
	CHECK(read(pairs[index].server, &received, sizeof(received)) == sizeof(received));
	CHECK(received == there);
	CHECK(write(pairs[index].server, &back, sizeof(back)) == sizeof(back));
	CHECK(read(pairs[index].client, &received, sizeof(received)) == sizeof(received));
	CHECK(received == back);
}

int main(void)
{
	uint16_t port;
	int listener = listen_somewhere(&port, PAIRS);

	for (unsigned i = 0; i < PAIRS; i++)
		open_pair(listener, port, i);
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* A stride that meets every pair, out of order. */
		for (unsigned i = 0; i < PAIRS; i++)
			exchange(i * 7 % PAIRS, round);
		for (unsigned i = round; i < PAIRS; i += ROUNDS) {
			close_pair(i);
			open_pair(listener, port, i);
		}
	}
	for (unsigned i = 0; i < PAIRS; i++)
		close_pair(i);
	puts("SUCCESS");
	return 0;
}
