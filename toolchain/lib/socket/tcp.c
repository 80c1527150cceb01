/* The life of a TCP socket: made, bound, connected, shut down, closed. */
#include "tcp.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <uk/lwip.h>
#include <uk/mem.h>
#include <uk/plat.h>

static void forget_callbacks(struct tcp_pcb *pcb)
{
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
}

/* The connection is gone, and the pcb with it. */
static void on_error(void *argument, err_t error)
{
	struct tcp_socket *socket = argument;

	socket->pcb = NULL;
	if (socket->phase == PHASE_CONNECTING)
		socket->socket.error = error == ERR_RST ? ECONNREFUSED : ETIMEDOUT;
	else if (error == ERR_RST)
		socket->socket.error = ECONNRESET;
	else if (error == ERR_ABRT)
		socket->socket.error = ETIMEDOUT; /* lwIP gave up repeating itself */
	socket->phase = PHASE_ENDED;
	socket->peer_ended = true;
	uk_file_notify(&socket->socket.file, POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR |
						     POLLHUP | POLLRDHUP);
}

static void set_callbacks(struct tcp_socket *socket)
{
	tcp_arg(socket->pcb, socket);
	tcp_recv(socket->pcb, tcp_socket_on_data);
	tcp_sent(socket->pcb, tcp_socket_on_acknowledged);
	tcp_err(socket->pcb, on_error);
}

struct tcp_socket *tcp_socket_create(struct tcp_pcb *pcb)
{
	struct tcp_socket *socket = uk_zalloc(sizeof(*socket));

	if (socket == NULL)
		return NULL;
	uk_file_init(&socket->socket.file, &socket_tcp_file_ops, O_RDWR);
	socket->socket.protocol = &socket_tcp;
	socket->pcb = pcb;
	set_callbacks(socket);
	return socket;
}

static struct socket *create(void)
{
	struct tcp_pcb *pcb = tcp_new();
	struct tcp_socket *socket;

	if (pcb == NULL)
		return NULL;
	socket = tcp_socket_create(pcb);
	if (socket == NULL)
		tcp_abort(pcb);
	return socket == NULL ? NULL : &socket->socket;
}

void tcp_socket_connected(struct tcp_socket *socket)
{
	struct tcp_pcb *pcb = socket->pcb;

	socket->phase = PHASE_CONNECTED;
	socket->local = (struct endpoint){pcb->local_ip, pcb->local_port};
	socket->peer = (struct endpoint){pcb->remote_ip, pcb->remote_port};
}

void tcp_socket_detach(struct tcp_socket *socket)
{
	struct tcp_pcb *pcb = socket->pcb;

	if (pcb == NULL)
		return;
	socket->pcb = NULL;
	forget_callbacks(pcb);
	if (tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}

static int tcp_socket_bind(struct socket *base, const struct endpoint *endpoint)
{
	struct tcp_socket *socket = tcp_of(base);

	if (socket->phase != PHASE_NEW || socket->pcb->local_port != 0)
		return -EINVAL;
	if (base->reuse_address)
		ip_set_option(socket->pcb, SOF_REUSEADDR);
	else
		ip_reset_option(socket->pcb, SOF_REUSEADDR);
	if (!ip_addr_isany(&endpoint->address) && !endpoint_is_loopback(endpoint) &&
	    ip4_route(ip_2_ip4(&endpoint->address)) == NULL)
		return -EADDRNOTAVAIL;
	return uk_lwip_errno(tcp_bind(socket->pcb, &endpoint->address, endpoint->port));
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
	struct tcp_socket *socket = argument;

	(void)pcb;
	(void)error;
	tcp_socket_connected(socket);
	uk_file_notify(&socket->socket.file, POLLOUT | POLLWRNORM);
	return ERR_OK;
}

static int wait_for_connection(struct tcp_socket *socket)
{
	struct socket *base = &socket->socket;
	int flags = base->file.flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
	uint64_t deadline = socket_deadline(base->send_timeout_ns);

	while (socket->phase == PHASE_CONNECTING) {
		int error = socket_wait(base, flags, deadline);

		if (error != 0)
			return error == -EINTR ? error : -EINPROGRESS;
	}
	return socket_take_error(base);
}

int tcp_socket_connect(struct socket *base, const struct endpoint *to)
{
	struct tcp_socket *socket = tcp_of(base);
	int error = socket_take_error(base);

	if (error != 0) {
		return error;
	}
	switch (socket->phase) {
	case PHASE_CONNECTED:
		return -EISCONN;
	case PHASE_CONNECTING:
		return base->file.flags & O_NONBLOCK ? -EALREADY : wait_for_connection(socket);
	case PHASE_LISTENING:
		return -EISCONN;
	case PHASE_ENDED:
		/* As on Linux, a socket whose attempt failed can try again. */
		socket->pcb = tcp_new();
		if (socket->pcb == NULL)
			return -ENOBUFS;
		set_callbacks(socket);
		socket->phase = PHASE_NEW;
		socket->peer_ended = socket->write_shut = false;
		break;
	case PHASE_NEW:
		break;
	}
	if (to->port == 0)
		return -ECONNREFUSED;
	error = endpoint_reachable(to);
	if (error == 0)
		error = uk_lwip_errno(
			tcp_connect(socket->pcb, &to->address, to->port, on_connected));
	if (error != 0)
		return error == -ENOBUFS ? -EADDRNOTAVAIL : error;
	socket->phase = PHASE_CONNECTING;
	socket->local = (struct endpoint){socket->pcb->local_ip, socket->pcb->local_port};
	socket->peer = *to;
	uk_network_flush();
	return wait_for_connection(socket);
}

static int tcp_socket_shutdown(struct socket *base, int how)
{
	struct tcp_socket *socket = tcp_of(base);

	if (socket->phase == PHASE_LISTENING && how != SHUT_WR) {
		/* Ends a blocked accept(). */
		tcp_socket_drop_pending(socket);
		tcp_socket_detach(socket);
		socket->phase = PHASE_ENDED;
		uk_file_notify(&base->file, POLLIN | POLLRDNORM | POLLHUP);
		return 0;
	}
	if (socket->phase != PHASE_CONNECTED)
		return -ENOTCONN;
	if (how != SHUT_WR && !socket->read_shut) {
		socket->read_shut = true;
		uk_file_notify(&base->file, POLLIN | POLLRDNORM | POLLRDHUP);
	}
	if (how != SHUT_RD && !socket->write_shut) {
		socket->write_shut = true;
		if (socket->peer_ended) {
			tcp_socket_detach(socket);
		} else if (socket->pcb != NULL && tcp_shutdown(socket->pcb, 0, 1) != ERR_OK) {
			socket->write_shut = false;
			return -ENOBUFS;
		}
		uk_network_flush();
		uk_file_notify(&base->file, POLLOUT | POLLWRNORM |
						    (socket->peer_ended ? POLLHUP : 0));
	}
	return 0;
}

static int name(struct socket *base, struct endpoint *endpoint, bool peer)
{
	struct tcp_socket *socket = tcp_of(base);

	if (peer) {
		if (socket->phase != PHASE_CONNECTED)
			return -ENOTCONN;
		*endpoint = socket->peer;
	} else if (socket->phase == PHASE_NEW || socket->phase == PHASE_LISTENING) {
		*endpoint = (struct endpoint){socket->pcb->local_ip, socket->pcb->local_port};
	} else {
		*endpoint = socket->local;
	}
	return 0;
}

static unsigned events(struct uk_file *file)
{
	struct tcp_socket *socket = (struct tcp_socket *)file;
	unsigned held = 0;

	switch (socket->phase) {
	case PHASE_LISTENING:
		return socket->pending_first != NULL ? POLLIN | POLLRDNORM : 0;
	case PHASE_CONNECTING:
		return 0;
	case PHASE_NEW:
		return POLLOUT | POLLWRNORM | POLLHUP;
	case PHASE_CONNECTED:
	case PHASE_ENDED:
		break;
	}
	if (socket->received_bytes > 0 || socket->peer_ended || socket->read_shut)
		held |= POLLIN | POLLRDNORM;
	if (socket->peer_ended || socket->read_shut)
		held |= POLLRDHUP;
	if (socket->phase == PHASE_ENDED || socket->write_shut || tcp_socket_has_room(socket))
		held |= POLLOUT | POLLWRNORM;
	else
		socket->wants_room = true;
	if (socket->phase == PHASE_ENDED ||
	    ((socket->peer_ended || socket->read_shut) && socket->write_shut))
		held |= POLLHUP;
	if (socket->socket.error != 0)
		held |= POLLERR;
	return held;
}

static void release(struct uk_file *file)
{
	struct tcp_socket *socket = (struct tcp_socket *)file;

	tcp_socket_drop_pending(socket);
	if (socket->pcb != NULL && socket->phase != PHASE_LISTENING && socket->socket.linger &&
	    socket->socket.linger_seconds == 0) {
		struct tcp_pcb *pcb = socket->pcb;

		socket->pcb = NULL;
		forget_callbacks(pcb);
		tcp_abort(pcb);
	}
	/* With data unread lwIP resets the connection, as Linux does. */
	if (socket->read_shut && !socket->peer_ended)
		tcp_socket_discard(socket);
	tcp_socket_detach(socket);
	while (socket->received != NULL) {
		struct pbuf *packet = socket->received;

		socket->received = packet->next;
		packet->next = NULL;
		pbuf_free(packet);
	}
	uk_network_flush();
	uk_free(socket);
}

static size_t readable_bytes(struct socket *socket)
{
	return tcp_of(socket)->received_bytes;
}

const struct uk_file_ops socket_tcp_file_ops = {
	.read = socket_file_read,
	.write = socket_file_write,
	.events = events,
	.stat = socket_file_stat,
	.ioctl = socket_file_ioctl,
	.release = release,
};

const struct socket_protocol socket_tcp = {
	.type = SOCK_STREAM,
	.number = IPPROTO_TCP,
	.create = create,
	.bind = tcp_socket_bind,
	.send = tcp_socket_send,
	.receive = tcp_socket_receive,
	.shutdown = tcp_socket_shutdown,
	.name = name,
	.set_option = tcp_socket_set_option,
	.readable_bytes = readable_bytes,
};
