/* A TCP socket, between the files that implement it. */
#ifndef UK_SOCKET_TCP_H
#define UK_SOCKET_TCP_H

#include <lwip/tcp.h>
#include "socket.h"

enum tcp_phase {
	PHASE_NEW,	  /* perhaps bound */
	PHASE_LISTENING,
	PHASE_CONNECTING,
	PHASE_CONNECTED,  /* until both directions have ended */
	PHASE_ENDED,
};

struct tcp_socket {
	struct socket socket;
	enum tcp_phase phase;
	struct tcp_pcb *pcb; /* NULL once lwIP has or needs none */
	struct endpoint local, peer; /* as of the connection */
	/* Received and not yet read: a list of packets, the first partly read perhaps. */
	struct pbuf *received, *received_last;
	size_t received_bytes;
	unsigned received_parts;
	bool peer_ended, read_shut, write_shut;
	bool wants_room; /* somebody was told that nothing more can be sent now */
	/* A listener's connections that wait for accept(). */
	struct tcp_socket *pending_first, *pending_last, *pending_next;
	unsigned pending, backlog;
	bool counted_by_lwip; /* this pending connection occupies a place of lwIP's backlog */
};

static inline struct tcp_socket *tcp_of(struct socket *socket)
{
	return (struct tcp_socket *)socket;
}

/* tcp.c */
struct tcp_socket *tcp_socket_create(struct tcp_pcb *pcb);
/* Lets lwIP end the connection by itself; the socket keeps what it has received. */
void tcp_socket_detach(struct tcp_socket *socket);
void tcp_socket_connected(struct tcp_socket *socket);

/* tcp_listen.c */
void tcp_socket_drop_pending(struct tcp_socket *listener);

/* tcp_stream.c */
ssize_t tcp_socket_send(struct socket *socket, const struct iovec *vectors, int count, int flags,
			const struct endpoint *to);
ssize_t tcp_socket_receive(struct socket *socket, const struct iovec *vectors, int count,
			   int flags, struct endpoint *from, int *result_flags);
err_t tcp_socket_on_data(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error);
err_t tcp_socket_on_acknowledged(void *argument, struct tcp_pcb *pcb, u16_t bytes);
void tcp_socket_discard(struct tcp_socket *socket);
bool tcp_socket_has_room(const struct tcp_socket *socket);

/* tcp_options.c */
int tcp_socket_set_option(struct socket *socket, int level, int option, int value);

#endif
