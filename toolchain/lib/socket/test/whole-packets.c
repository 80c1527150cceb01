// machines: pc linux
// not on linux: it sends to the router of QEMU's own network
// qemu: -netdev user,id=n0 -device virtio-net-pci,netdev=n0
/* Without fragments a datagram has to fit into a packet of the network; the loopback has none. */
#include "check.h"

#define PAYLOAD_MAX (1500 - 20 - 8)

int main(void)
{
	static char bytes[20000];
	struct sockaddr_in router = loopback(9), here = loopback(9);
	int datagrams = socket(AF_INET, SOCK_DGRAM, 0);

	router.sin_addr.s_addr = inet_addr("10.0.2.2");
	for (int connected = 0; connected < 2; connected++) {
		CHECK(sendto(datagrams, bytes, PAYLOAD_MAX, 0, (struct sockaddr *)&router,
			     sizeof(router)) == PAYLOAD_MAX);
		CHECK_FAILS(sendto(datagrams, bytes, PAYLOAD_MAX + 1, 0, (struct sockaddr *)&router,
				   sizeof(router)), EMSGSIZE);
		CHECK(sendto(datagrams, bytes, sizeof(bytes), 0, (struct sockaddr *)&here,
			     sizeof(here)) == sizeof(bytes));
		CHECK(connect(datagrams, (struct sockaddr *)&router, sizeof(router)) == 0);
	}
	CHECK(send(datagrams, bytes, PAYLOAD_MAX, 0) == PAYLOAD_MAX);
	CHECK_FAILS(send(datagrams, bytes, PAYLOAD_MAX + 1, 0), EMSGSIZE);
	puts("SUCCESS");
	return 0;
}
