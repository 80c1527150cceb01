/*
 * Finds the connection of a segment without walking lwIP's list of all of them: each has a place
 * by the hash of its ends. Where two share one, the latest has it, and lwIP looks for the other.
 */
#include "connections.h"
#include <lwip/ip.h>
#include <lwip/tcp.h>
#include <uk/lwip-hooks.h>

#define PLACE_BITS 10

static struct tcp_pcb *places[1 << PLACE_BITS];

static struct tcp_pcb **place_of(u32_t remote_address, u16_t remote_port, u16_t local_port)
{
	u32_t ends = remote_address ^ ((u32_t)remote_port << 16 | local_port);

	/* Neighbouring numbers, as of ports, come to lie far apart. */
	return &places[ends * 2654435769u >> (32 - PLACE_BITS)];
}

static struct tcp_pcb **place_of_connection(const struct tcp_pcb *pcb)
{
	return place_of(ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip)), pcb->remote_port,
			pcb->local_port);
}

struct tcp_pcb *uk_lwip_find_connection(u16_t remote_port, u16_t local_port)
{
	struct tcp_pcb *pcb = *place_of(ip4_addr_get_u32(ip4_current_src_addr()), remote_port,
					local_port);

	/* One in TIME_WAIT is on another list; one that is bound to an interface needs a closer
	 * look. */
	if (pcb == NULL || pcb->state <= LISTEN || pcb->state == TIME_WAIT ||
	    pcb->netif_idx != NETIF_NO_INDEX || pcb->remote_port != remote_port ||
	    pcb->local_port != local_port ||
	    !ip_addr_eq(&pcb->remote_ip, ip_current_src_addr()) ||
	    !ip_addr_eq(&pcb->local_ip, ip_current_dest_addr()))
		return NULL;
	return pcb;
}

void uk_lwip_remember_connection(struct tcp_pcb *pcb)
{
	*place_of_connection(pcb) = pcb;
}

void uk_lwip_forget_connection(struct tcp_pcb *pcb)
{
	struct tcp_pcb **place = place_of_connection(pcb);

	if (*place == pcb)
		*place = NULL;
}
