/* Functions of ours that lwIP calls. */
#ifndef UK_LWIP_HOOKS_H
#define UK_LWIP_HOOKS_H

#include <lwip/ip_addr.h>

struct netif;
struct tcp_pcb;
struct tcp_hdr;
struct pbuf;

/* The first sequence number of a connection (RFC 6528): not to be guessed by a stranger, and
 * ahead of the one an earlier connection between the same ends used. */
u32_t uk_lwip_initial_sequence(const ip_addr_t *local_address, u16_t local_port,
			       const ip_addr_t *remote_address, u16_t remote_port);
/* Sees each segment before lwIP does; anything but ERR_OK drops it. */
signed char uk_lwip_before_segment(struct tcp_pcb *pcb, struct tcp_hdr *header,
				   struct pbuf *packet);
/* The open connection that the packet being looked at is for, if it is found at once; both ports
 * in host byte order. */
struct tcp_pcb *uk_lwip_find_connection(u16_t remote_port, u16_t local_port);
/* lwIP has found it by itself. */
void uk_lwip_remember_connection(struct tcp_pcb *pcb);
/* An option of a DHCP server's answer that lwIP does not know: its value in the packet. */
void uk_lwip_dhcp_option(struct netif *netif, u8_t option, u8_t length, struct pbuf *packet,
			 u16_t offset);

#endif
