/* A connection's memory is given back. */
#ifndef UK_LWIP_CONNECTIONS_H
#define UK_LWIP_CONNECTIONS_H

struct tcp_pcb;

void uk_lwip_forget_connection(struct tcp_pcb *pcb);

#endif
