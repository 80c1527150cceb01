/* Listening and accepting. lwIP's backlog counts to 255; what a program asks for beyond that is
 * counted here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <uk/lwip.h>
#include <uk/plat.h>
#include "tcp.h"

#define LWIP_BACKLOG_MAX 255
#define BACKLOG_MAX 4096 /* as Linux's somaxconn */

static err_t on_connection(void *argument, struct tcp_pcb *pcb, err_t error)
{
	struct tcp_socket *listener = argument;

	if (listener == NULL || error != ERR_OK || pcb == NULL)
		return ERR_VAL;
	struct tcp_socket *socket = tcp_socket_create(pcb);

	if (socket == NULL)
		return ERR_MEM; /* lwIP resets the connection */
	if (listener->socket.keep_alive)
		ip_set_option(pcb, SOF_KEEPALIVE);
	tcp_socket_connected(socket);
	unsigned beyond_lwip =
		listener->backlog > LWIP_BACKLOG_MAX ? listener->backlog - LWIP_BACKLOG_MAX : 0;

	if (listener->pending >= beyond_lwip) {
		socket->counted_by_lwip = true;
		tcp_backlog_delayed(pcb);
	}
	if (listener->pending_last != NULL)
		listener->pending_last->pending_next = socket;
	else
		listener->pending_first = socket;
	listener->pending_last = socket;
	listener->pending++;
	uk_file_notify(&listener->socket.file, POLLIN | POLLRDNORM);
	return ERR_OK;
}

static struct tcp_socket *take_pending(struct tcp_socket *listener)
{
	struct tcp_socket *socket = listener->pending_first;

	if (socket == NULL)
		return NULL;
	listener->pending_first = socket->pending_next;
	if (listener->pending_first == NULL)
		listener->pending_last = NULL;
	listener->pending--;
	socket->pending_next = NULL;
	if (socket->counted_by_lwip && socket->pcb != NULL)
		tcp_backlog_accepted(socket->pcb);
	return socket;
}

void tcp_socket_drop_pending(struct tcp_socket *listener)
{
	struct tcp_socket *socket;

	while ((socket = take_pending(listener)) != NULL) {
		/* Nobody will ever read from it: reset it. */
		socket->socket.linger = true;
		socket->socket.linger_seconds = 0;
		uk_file_release(&socket->socket.file);
	}
}

int tcp_socket_listen(struct socket *base, int backlog)
{
	struct tcp_socket *socket = tcp_of(base);
	err_t error;

	if (backlog < 0 || backlog > BACKLOG_MAX)
		backlog = BACKLOG_MAX;
	/* Linux lets one more in than it is told. */
	unsigned allowed = (unsigned)backlog + 1;
	u8_t for_lwip = allowed > LWIP_BACKLOG_MAX ? LWIP_BACKLOG_MAX : (u8_t)allowed;

	if (socket->phase == PHASE_LISTENING) {
		socket->backlog = allowed;
		tcp_backlog_set(socket->pcb, for_lwip);
		return 0;
	}
	if (socket->phase != PHASE_NEW)
		return -EINVAL;
	if (socket->pcb->local_port == 0) {
		error = tcp_bind(socket->pcb, IP4_ADDR_ANY, 0);
		if (error != ERR_OK)
			return uk_lwip_errno(error);
	}
	struct tcp_pcb *listening = tcp_listen_with_backlog_and_err(socket->pcb, for_lwip, &error);

	if (listening == NULL)
		return error == ERR_MEM ? -ENOBUFS : uk_lwip_errno(error);
	socket->pcb = listening;
	socket->phase = PHASE_LISTENING;
	socket->backlog = allowed;
	tcp_arg(listening, socket);
	tcp_accept(listening, on_connection);
	return 0;
}

int tcp_socket_accept(struct socket *base, struct socket **accepted)
{
	struct tcp_socket *listener = tcp_of(base), *socket;
	int flags = base->file.flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
	uint64_t deadline = socket_deadline(base->receive_timeout_ns);

	while ((socket = take_pending(listener)) == NULL) {
		if (listener->phase != PHASE_LISTENING)
			return -EINVAL;
		int error = socket_wait(base, flags, deadline);

		if (error != 0)
			return error;
	}
	*accepted = &socket->socket;
	return 0;
}
