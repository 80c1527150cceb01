/* Remembers name servers for libc's resolver. The guest's configuration goes before DHCP. */
#include "name_servers.h"
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

static ip4_addr_t servers[SERVERS];
static bool configured;

void uk_lwip_name_servers_from_config(void)
{
	size_t length, count = 0;
	const char *config = uk_boot_config(&length);

	if (config == NULL)
		return;
	for (const char *entry = config; entry < config + length; entry += strlen(entry) + 1) {
		if (count < SERVERS && strncmp(entry, KEY, strlen(KEY)) == 0 &&
		    ip4addr_aton(entry + strlen(KEY), &servers[count]))
			count++;
	}
	configured = count > 0;
}

uint32_t uk_network_name_server(unsigned index)
{
	return index < SERVERS ? servers[index].addr : 0;
}

#if LWIP_DHCP
/* lwIP's DHCP client calls these two. */
void dns_init(void)
{
}

void dns_setserver(u8_t index, const ip_addr_t *server)
{
	if (!configured && index < SERVERS)
		servers[index] = *ip_2_ip4(server);
}
#endif
