/* The name servers of the configuration, or else of DHCP. */
#ifndef UK_LWIP_NAME_SERVERS_H
#define UK_LWIP_NAME_SERVERS_H

void uk_lwip_name_servers_from_config(void);

#endif
