// machines: pc q35 linux
// not on linux: it asks the servers of QEMU's own network
// qemu: -netdev user,id=n0 -device virtio-net-pci,netdev=n0
/* The resolver's files, and addresses from DHCP. */
#include "check.h"
#include <netdb.h>

int main(void)
{
	struct addrinfo *found, hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	char text[512];
	FILE *file = fopen("/etc/resolv.conf", "r");

	CHECK(file != NULL);
	CHECK(fgets(text, sizeof(text), file) != NULL);
	CHECK(strcmp(text, "nameserver 10.0.2.3\n") == 0);
	fclose(file);
	CHECK(getaddrinfo("localhost", "80", &hints, &found) == 0);
	CHECK(((struct sockaddr_in *)found->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	freeaddrinfo(found);
	/* The address that DHCP gave is this guest's own. */
	uint16_t port;
	int listener = listen_somewhere(&port, 1);
	struct sockaddr_in mine = loopback(0);
	int other = socket(AF_INET, SOCK_STREAM, 0);

	mine.sin_addr.s_addr = inet_addr("10.0.2.15");
	CHECK(bind(other, (struct sockaddr *)&mine, sizeof(mine)) == 0);
	mine.sin_addr.s_addr = inet_addr("192.0.2.7");
	close(other);
	close(listener);
	puts("SUCCESS");
	return 0;
}
