/*
 * TIME_WAIT. lwIP walks the list of such connections for each new one, so it is kept short;
 * and a peer that reuses a port gets through to the listener at once, as RFC 9293 allows.
 */
#include <lwip/opt.h>
#include <lwip/def.h>
#include <lwip/memp.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/tcp.h>
#include <uk/lwip-hooks.h>
#include "time_wait.h"

void uk_lwip_limit_time_wait(void)
{
	struct tcp_pcb *pcb = tcp_tw_pcbs;

	/* The newest come first. */
	for (unsigned kept = 1; pcb != NULL && kept < CONFIG_LWIP_TIME_WAIT_MAX; kept++)
		pcb = pcb->next;
	while (pcb != NULL && pcb->next != NULL) {
		struct tcp_pcb *oldest = pcb->next;

		tcp_pcb_remove(&tcp_tw_pcbs, oldest);
		memp_free(MEMP_TCP_PCB, oldest);
	}
}

/* Undoes what tcp_input() did to a segment, and gives it the segment again. */
static void input_again(struct tcp_hdr *header, struct pbuf *packet)
{
	/* By force: lwIP does not know that there is something in front of lent memory. */
	pbuf_add_header_force(packet, TCPH_HDRLEN_BYTES(header));
	header->src = lwip_htons(header->src);
	header->dest = lwip_htons(header->dest);
	header->seqno = lwip_htonl(header->seqno);
	header->ackno = lwip_htonl(header->ackno);
	header->wnd = lwip_htons(header->wnd);
	pbuf_ref(packet);
	tcp_input(packet, ip_current_input_netif());
}

signed char uk_lwip_before_segment(struct tcp_pcb *pcb, struct tcp_hdr *header,
				   struct pbuf *packet)
{
	if (pcb->state != TIME_WAIT)
		return ERR_OK;
	u8_t flags = TCPH_FLAGS(header);
	bool contiguous = (u8_t *)packet->payload == (u8_t *)header + TCPH_HDRLEN_BYTES(header);

	if ((flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || !contiguous ||
	    !TCP_SEQ_GT(header->seqno, pcb->rcv_nxt))
		return ERR_OK;
	tcp_pcb_remove(&tcp_tw_pcbs, pcb);
	memp_free(MEMP_TCP_PCB, pcb);
	input_again(header, packet);
	return ERR_ABRT;
}
