/* An image without UDP refuses its sockets, and TCP works. */
#include "check.h"
#include <netdb.h>

int main(void)
{
	struct addrinfo *found, hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	uint16_t port;
	int listener = listen_somewhere(&port, 1), client = socket(AF_INET, SOCK_STREAM, 0), server;
	struct sockaddr_in address = loopback(port);
	char byte;

	CHECK_FAILS(socket(AF_INET, SOCK_DGRAM, 0), EPROTONOSUPPORT);
	CHECK_FAILS(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP), EPROTONOSUPPORT);
	CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	server = accept(listener, NULL, NULL);
	CHECK(server >= 0 && write(server, "x", 1) == 1);
	CHECK(read(client, &byte, 1) == 1 && byte == 'x');
	CHECK(getaddrinfo("localhost", "80", &hints, &found) == 0);
	freeaddrinfo(found);
	CHECK(getaddrinfo("a.name.invalid", "80", &hints, &found) != 0);
	puts("SUCCESS");
	return 0;
}
