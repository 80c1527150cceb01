/* UDP sockets: a queue of datagrams in, one packet per send out. */
#include <errno.h>
#include <fcntl.h>
#include <lwip/udp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <uk/lwip.h>
#include <uk/mem.h>
#include <uk/poll.h>
#include "socket.h"

#define DATAGRAM_MAX 65507
/* What a queued datagram costs beside its bytes, roughly. */
#define DATAGRAM_OVERHEAD 256

struct datagram {
	struct datagram *next;
	struct pbuf *packet;
	struct endpoint from;
};

struct udp_socket {
	struct socket socket;
	struct udp_pcb *pcb;
	bool connected, read_shut, write_shut;
	struct datagram *first, *last;
	size_t queued_bytes;
};

static struct udp_socket *udp_of(struct socket *socket)
{
	return (struct udp_socket *)socket;
}

static void on_datagram(void *argument, struct udp_pcb *pcb, struct pbuf *packet,
			const ip_addr_t *address, u16_t port)
{
	struct udp_socket *socket = argument;
	size_t cost = packet->tot_len + DATAGRAM_OVERHEAD;
	struct datagram *datagram = NULL;

	(void)pcb;
	if (!socket->read_shut &&
	    socket->queued_bytes + cost <= CONFIG_SOCKET_UDP_QUEUE_BYTES)
		datagram = uk_alloc(sizeof(*datagram));
	if (datagram == NULL) {
		pbuf_free(packet);
		return;
	}
	*datagram = (struct datagram){NULL, packet, {*address, port}};
	if (socket->last != NULL)
		socket->last->next = datagram;
	else
		socket->first = datagram;
	socket->last = datagram;
	socket->queued_bytes += cost;
	uk_file_notify(&socket->socket.file, POLLIN | POLLRDNORM);
}

static void drop_first(struct udp_socket *socket)
{
	struct datagram *datagram = socket->first;

	socket->queued_bytes -= datagram->packet->tot_len + DATAGRAM_OVERHEAD;
	socket->first = datagram->next;
	if (socket->first == NULL)
		socket->last = NULL;
	pbuf_free(datagram->packet);
	uk_free(datagram);
}

static struct socket *create(void)
{
	struct udp_socket *socket = uk_zalloc(sizeof(*socket));

	if (socket == NULL)
		return NULL;
	socket->pcb = udp_new();
	if (socket->pcb == NULL) {
		uk_free(socket);
		return NULL;
	}
	uk_file_init(&socket->socket.file, &socket_udp_file_ops, O_RDWR);
	socket->socket.protocol = &socket_udp;
	udp_recv(socket->pcb, on_datagram, socket);
	return &socket->socket;
}

static int udp_socket_bind(struct socket *base, const struct endpoint *endpoint)
{
	struct udp_socket *socket = udp_of(base);

	if (socket->pcb->local_port != 0)
		return -EINVAL;
	return uk_lwip_errno(udp_bind(socket->pcb, &endpoint->address, endpoint->port));
}

int udp_socket_connect(struct socket *base, const struct endpoint *to)
{
	struct udp_socket *socket = udp_of(base);

	if (to->port == 0) {
		udp_disconnect(socket->pcb);
		socket->connected = false;
		return 0;
	}
	int error = endpoint_reachable(to);

	if (error == 0)
		error = uk_lwip_errno(udp_connect(socket->pcb, &to->address, to->port));
	if (error == 0)
		socket->connected = true;
	return error;
}

/* The bytes that one packet carries, or several where packets can be divided. */
static size_t largest_datagram(const ip_addr_t *to)
{
#ifndef CONFIG_LWIP_FRAGMENTS
	const struct netif *netif = ip4_route(ip_2_ip4(to));

	if (netif != NULL && netif->mtu != 0 && !ip4_addr_isloopback(ip_2_ip4(to)))
		return netif->mtu - IP_HLEN - UDP_HLEN;
#endif
	(void)to;
	return DATAGRAM_MAX;
}

static ssize_t udp_socket_send(struct socket *base, const struct iovec *vectors, int count,
			       int flags, const struct endpoint *to)
{
	struct udp_socket *socket = udp_of(base);
	size_t length = socket_total_length(vectors, count), filled = 0;
	int error;

	if (socket->write_shut)
		return socket_broken_pipe(flags);
	if (to == NULL && !socket->connected)
		return -EDESTADDRREQ;
	if (length > DATAGRAM_MAX)
		return -EMSGSIZE;
	if (to != NULL && to->port == 0)
		return -EINVAL;
	if (to != NULL && (error = endpoint_reachable(to)) != 0)
		return error;
	if (length > largest_datagram(to != NULL ? &to->address : &socket->pcb->remote_ip))
		return -EMSGSIZE;
	struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);

	if (packet == NULL)
		return -ENOBUFS;
	for (int i = 0; i < count; i++) {
		memcpy((char *)packet->payload + filled, vectors[i].iov_base, vectors[i].iov_len);
		filled += vectors[i].iov_len;
	}
	err_t result = to != NULL ? udp_sendto(socket->pcb, packet, &to->address, to->port)
				  : udp_send(socket->pcb, packet);

	pbuf_free(packet);
	if (uk_poll_batch > 1)
		uk_poll_batch--;
	else
		uk_network_flush();
	if (result == ERR_VAL)
		return -EACCES; /* broadcast without SO_BROADCAST */
	return result == ERR_OK ? (ssize_t)length : uk_lwip_errno(result);
}

static ssize_t udp_socket_receive(struct socket *base, const struct iovec *vectors, int count,
				  int flags, struct endpoint *from, int *result_flags)
{
	struct udp_socket *socket = udp_of(base);
	uint64_t deadline = socket_deadline(base->receive_timeout_ns);

	while (socket->first == NULL) {
		if (socket->read_shut)
			return 0;
		int error = socket_wait(base, flags, deadline);

		if (error != 0)
			return error;
	}
	struct datagram *datagram = socket->first;
	size_t length = datagram->packet->tot_len, copied = 0;

	for (int i = 0; i < count && copied < length; i++)
		copied += pbuf_copy_partial(datagram->packet, vectors[i].iov_base,
					    (u16_t)(vectors[i].iov_len > UINT16_MAX
							    ? UINT16_MAX
							    : vectors[i].iov_len),
					    (u16_t)copied);
	if (from != NULL)
		*from = datagram->from;
	if (result_flags != NULL && copied < length)
		*result_flags |= MSG_TRUNC;
	if (!(flags & MSG_PEEK))
		drop_first(socket);
	return (ssize_t)(flags & MSG_TRUNC ? length : copied);
}

static int udp_socket_shutdown(struct socket *base, int how)
{
	struct udp_socket *socket = udp_of(base);

	if (!socket->connected)
		return -ENOTCONN;
	socket->read_shut |= how != SHUT_WR;
	socket->write_shut |= how != SHUT_RD;
	uk_file_notify(&base->file, POLLIN | POLLRDNORM | POLLRDHUP);
	return 0;
}

static int name(struct socket *base, struct endpoint *endpoint, bool peer)
{
	struct udp_socket *socket = udp_of(base);

	if (peer && !socket->connected)
		return -ENOTCONN;
	*endpoint = peer ? (struct endpoint){socket->pcb->remote_ip, socket->pcb->remote_port}
			 : (struct endpoint){socket->pcb->local_ip, socket->pcb->local_port};
	return 0;
}

static unsigned events(struct uk_file *file)
{
	struct udp_socket *socket = (struct udp_socket *)file;

	return POLLOUT | POLLWRNORM |
	       (socket->first != NULL || socket->read_shut ? POLLIN | POLLRDNORM : 0) |
	       (socket->read_shut ? POLLRDHUP : 0) |
	       (socket->read_shut && socket->write_shut ? POLLHUP : 0);
}

static void release(struct uk_file *file)
{
	struct udp_socket *socket = (struct udp_socket *)file;

	while (socket->first != NULL)
		drop_first(socket);
	udp_remove(socket->pcb);
	uk_network_flush();
	uk_free(socket);
}

static int set_option(struct socket *base, int level, int option, int value)
{
	struct udp_pcb *pcb = udp_of(base)->pcb;
	u8_t bit = 0;

	if (level == SOL_SOCKET) {
		if (option == SO_REUSEADDR)
			bit = SOF_REUSEADDR;
		else if (option == SO_BROADCAST)
			bit = SOF_BROADCAST;
		if (value)
			ip_set_option(pcb, bit);
		else
			ip_reset_option(pcb, bit);
		return 0;
	}
	if (level == IPPROTO_IP && option == IP_TTL) {
		if (value < 1 || value > 255)
			return -EINVAL;
		pcb->ttl = (u8_t)value;
		return 0;
	}
	if (level == IPPROTO_IP && option == IP_TOS) {
		pcb->tos = (u8_t)value;
		return 0;
	}
	return -ENOPROTOOPT;
}

int udp_socket_get_option(struct socket *base, int level, int option, int *value)
{
	struct udp_pcb *pcb = udp_of(base)->pcb;

	if (level == SOL_SOCKET && option == SO_ACCEPTCONN)
		*value = 0;
	else if (level == SOL_SOCKET && (option == SO_RCVBUF || option == SO_SNDBUF))
		*value = CONFIG_SOCKET_UDP_QUEUE_BYTES;
	else if (level == IPPROTO_IP && option == IP_TTL)
		*value = pcb->ttl;
	else if (level == IPPROTO_IP && option == IP_TOS)
		*value = pcb->tos;
	else
		return -ENOPROTOOPT;
	return 0;
}

static size_t readable_bytes(struct socket *base)
{
	struct udp_socket *socket = udp_of(base);

	return socket->first != NULL ? socket->first->packet->tot_len : 0;
}

const struct uk_file_ops socket_udp_file_ops = {
	.read = socket_file_read,
	.write = socket_file_write,
	.events = events,
	.stat = socket_file_stat,
	.ioctl = socket_file_ioctl,
	.release = release,
};

const struct socket_protocol socket_udp = {
	.type = SOCK_DGRAM,
	.number = IPPROTO_UDP,
	.create = create,
	.bind = udp_socket_bind,
	.send = udp_socket_send,
	.receive = udp_socket_receive,
	.shutdown = udp_socket_shutdown,
	.name = name,
	.set_option = set_option,
	.readable_bytes = readable_bytes,
};
