/* Socket addresses as programs write them, and as lwIP does. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <uk/lwip.h>
#include <uk/plat.h>
#include "socket.h"

#define NS_PER_MS 1000000ULL
#define LOOPBACK_NETWORK 127

int endpoint_from_sockaddr(struct endpoint *endpoint, const void *address, size_t length)
{
	struct sockaddr_in in;

	if (address == NULL)
		return -EFAULT;
	if (length < sizeof(in))
		return -EINVAL;
	memcpy(&in, address, sizeof(in));
	if (in.sin_family != AF_INET)
		return -EAFNOSUPPORT;
	ip_addr_set_ip4_u32(&endpoint->address, in.sin_addr.s_addr);
	endpoint->port = __builtin_bswap16(in.sin_port);
	return 0;
}

void endpoint_to_sockaddr(const struct endpoint *endpoint, void *address, socklen_t *length)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = __builtin_bswap16(endpoint->port),
		.sin_addr.s_addr = ip_addr_get_ip4_u32(&endpoint->address),
	};

	if (address == NULL || length == NULL)
		return;
	memcpy(address, &in, *length < sizeof(in) ? *length : sizeof(in));
	*length = sizeof(in);
}

bool endpoint_is_loopback(const struct endpoint *endpoint)
{
	return (ip_addr_get_ip4_u32(&endpoint->address) & 0xff) == LOOPBACK_NETWORK;
}

int endpoint_reachable(const struct endpoint *to)
{
	if (endpoint_is_loopback(to))
		return 0;
	return uk_network_wait(uk_clock_monotonic() +
			       CONFIG_SOCKET_ADDRESS_TIMEOUT_MS * NS_PER_MS);
}
