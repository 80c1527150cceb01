/* Name servers for libc's resolver: those of the guest's configuration, or else of DHCP. */
#include "address.h"
#include <lwip/ip_addr.h>
#include <lwip/opt.h>
#if LWIP_DHCP
#include <lwip/dns.h>
#endif
#include <string.h>
#include <uk/lwip.h>
#include <uk/plat.h>

#define SERVERS 3
#define KEY "net.dns:"

#if LWIP_DHCP
static ip4_addr_t offered[SERVERS];
#endif

/* The n-th name server that the configuration names, and how many there are up to there. */
static uint32_t configured(unsigned index, unsigned *count)
{
	size_t length;
	const char *config = uk_boot_config(&length);

	*count = 0;
	if (config == NULL)
		return 0;
	for (const char *entry = config; entry < config + length; entry += strlen(entry) + 1) {
		ip4_addr_t server;
		const char *end;

		if (strncmp(entry, KEY, strlen(KEY)) != 0)
			continue;
		end = uk_lwip_parse_address(entry + strlen(KEY), &server);
		if (end != NULL && *end == '\0' && (*count)++ == index)
			return server.addr;
	}
	return 0;
}

uint32_t uk_network_name_server(unsigned index)
{
	unsigned count;
	uint32_t server = configured(index, &count);

#if LWIP_DHCP
	if (count == 0 && index < SERVERS)
		return offered[index].addr;
#endif
	return server;
}

#if LWIP_DHCP
/* lwIP's DHCP client calls these two. */
void dns_init(void)
{
}

void dns_setserver(u8_t index, const ip_addr_t *server)
{
	if (index < SERVERS)
		offered[index] = *ip_2_ip4(server);
}
#endif
