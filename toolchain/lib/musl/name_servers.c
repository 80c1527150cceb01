/*
 * Which name servers the resolver asks when there is no /etc/resolv.conf: those that the
 * network was configured with. Without any it asks this machine, as musl does.
 */
#include <stdint.h>
#include "lookup.h"

/* In network byte order, 0 behind the last. Absent in a program without a network. */
weak uint32_t uk_network_name_server(unsigned index);

hidden int __network_name_servers(struct resolvconf *configuration)
{
	int count = 0;
	uint32_t address;
	while (uk_network_name_server && count < MAXNS &&
	       (address = uk_network_name_server((unsigned)count))) {
		configuration->ns[count].family = AF_INET;
		configuration->ns[count].scopeid = 0;
		__builtin_memcpy(configuration->ns[count].addr, &address, sizeof(address));
		count++;
	}
	if (!count)
		count = __lookup_ipliteral(configuration->ns, "127.0.0.1", AF_UNSPEC);
	return count;
}
