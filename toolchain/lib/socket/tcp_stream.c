/* Bytes into and out of a TCP connection. Received packets are kept as they are until they are
 * read; what is sent is copied once, into the packets that leave. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <uk/lwip.h>
#include <uk/poll.h>
#include "tcp.h"

/* From this many received pieces on, small ones are joined, so that a peer that sends single
 * bytes cannot fill memory with packet descriptions. */
#define PARTS_MAX 64
#define SMALL_AVERAGE_BYTES 256

bool tcp_socket_has_room(const struct tcp_socket *socket)
{
	return socket->pcb != NULL && tcp_sndbuf(socket->pcb) >= TCP_SNDLOWAT &&
	       tcp_sndqueuelen(socket->pcb) < TCP_SNDQUEUELOWAT;
}

static void join_received(struct tcp_socket *socket)
{
	struct pbuf *joined = pbuf_alloc(PBUF_RAW, (u16_t)socket->received_bytes, PBUF_RAM);
	size_t filled = 0;

	if (joined == NULL)
		return;
	while (socket->received != NULL) {
		struct pbuf *part = socket->received;

		memcpy((char *)joined->payload + filled, part->payload, part->len);
		filled += part->len;
		socket->received = part->next;
		part->next = NULL;
		pbuf_free(part);
	}
	socket->received = socket->received_last = joined;
	socket->received_parts = 1;
}

static void append(struct tcp_socket *socket, struct pbuf *packet)
{
	socket->received_bytes += packet->tot_len;
	if (socket->received_last != NULL)
		socket->received_last->next = packet;
	else
		socket->received = packet;
	/* From here on the list is ours: lengths over several packets no longer hold. */
	socket->received_parts++;
	while (packet->next != NULL) {
		packet = packet->next;
		socket->received_parts++;
	}
	socket->received_last = packet;
	if (socket->received_parts > PARTS_MAX &&
	    socket->received_bytes / socket->received_parts < SMALL_AVERAGE_BYTES)
		join_received(socket);
}

err_t tcp_socket_on_data(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
	struct tcp_socket *socket = argument;

	(void)error;
	if (packet == NULL) {
		socket->peer_ended = true;
		if (socket->write_shut)
			tcp_socket_detach(socket);
		uk_file_notify(&socket->socket.file,
			       POLLIN | POLLRDNORM | POLLRDHUP |
				       (socket->write_shut ? POLLHUP : 0));
		return ERR_OK;
	}
	if (socket->read_shut) {
		tcp_recved(pcb, packet->tot_len);
		pbuf_free(packet);
		return ERR_OK;
	}
	append(socket, packet);
	uk_file_notify(&socket->socket.file, POLLIN | POLLRDNORM);
	return ERR_OK;
}

err_t tcp_socket_on_acknowledged(void *argument, struct tcp_pcb *pcb, u16_t bytes)
{
	struct tcp_socket *socket = argument;

	(void)pcb;
	(void)bytes;
	/* Room is news only to those who were out of it, as on Linux: an edge-triggered watcher
	 * is not woken by every acknowledgement. */
	if (socket->wants_room && tcp_socket_has_room(socket)) {
		socket->wants_room = false;
		uk_file_notify(&socket->socket.file, POLLOUT | POLLWRNORM);
	}
	return ERR_OK;
}

/* Drops the first part of what was received. */
static void consume(struct tcp_socket *socket, size_t bytes)
{
	socket->received_bytes -= bytes;
	while (bytes > 0) {
		struct pbuf *part = socket->received;

		if (part->len > bytes) {
			part->payload = (char *)part->payload + bytes;
			part->len = (u16_t)(part->len - bytes);
			part->tot_len = part->len;
			break;
		}
		bytes -= part->len;
		socket->received = part->next;
		socket->received_parts--;
		if (part->next == NULL)
			socket->received_last = NULL;
		part->next = NULL;
		pbuf_free(part);
	}
}

void tcp_socket_discard(struct tcp_socket *socket)
{
	size_t bytes = socket->received_bytes;

	consume(socket, bytes);
	if (socket->pcb != NULL && bytes > 0)
		tcp_recved(socket->pcb, (u16_t)bytes);
}

/* Copies up to what there is to the vectors from `skip` bytes on; returns how much. */
static size_t copy_out(const struct tcp_socket *socket, const struct iovec *vectors, int count,
		       size_t skip)
{
	const struct pbuf *part = socket->received;
	size_t part_offset = 0, copied = 0;

	for (int i = 0; i < count && part != NULL; i++) {
		size_t offset = 0;

		if (skip >= vectors[i].iov_len) {
			skip -= vectors[i].iov_len;
			continue;
		}
		offset = skip;
		skip = 0;
		while (offset < vectors[i].iov_len && part != NULL) {
			size_t chunk = vectors[i].iov_len - offset;

			if (chunk > part->len - part_offset)
				chunk = part->len - part_offset;
			memcpy((char *)vectors[i].iov_base + offset,
			       (const char *)part->payload + part_offset, chunk);
			offset += chunk;
			copied += chunk;
			part_offset += chunk;
			if (part_offset == part->len) {
				part = part->next;
				part_offset = 0;
			}
		}
	}
	return copied;
}

ssize_t tcp_socket_receive(struct socket *base, const struct iovec *vectors, int count, int flags,
			   struct endpoint *from, int *result_flags)
{
	struct tcp_socket *socket = tcp_of(base);
	size_t wanted = socket_total_length(vectors, count), total = 0;
	uint64_t deadline = 0;

	(void)from;
	(void)result_flags;
	if (socket->phase == PHASE_NEW || socket->phase == PHASE_LISTENING)
		return -ENOTCONN;
	if (wanted == 0)
		return 0;
	for (;;) {
		if (socket->received_bytes > 0) {
			size_t copied = copy_out(socket, vectors, count, total);

			total += copied;
			if (flags & MSG_PEEK)
				return (ssize_t)total;
			consume(socket, copied);
			if (socket->pcb != NULL)
				tcp_recved(socket->pcb, (u16_t)copied);
			if (total == wanted || !(flags & MSG_WAITALL))
				return (ssize_t)total;
			continue;
		}
		if (total > 0 && (base->error != 0 || flags & MSG_DONTWAIT))
			return (ssize_t)total;
		if (base->error != 0)
			return socket_take_error(base);
		if (socket->peer_ended || socket->read_shut || socket->phase == PHASE_ENDED)
			return (ssize_t)total;
		if (deadline == 0)
			deadline = socket_deadline(base->receive_timeout_ns);
		int error = socket_wait(base, flags, deadline);

		if (error != 0)
			return total > 0 ? (ssize_t)total : error;
	}
}

/* Queues what fits of one piece; 0 when there is no room now. */
static ssize_t queue(struct tcp_pcb *pcb, const char *bytes, size_t length, bool more)
{
	size_t room = tcp_sndbuf(pcb);
	err_t error;

	if (length > room) {
		length = room;
		more = false;
	}
	if (length == 0)
		return 0;
	do {
		error = tcp_write(pcb, bytes, (u16_t)length,
				  TCP_WRITE_FLAG_COPY | (more ? TCP_WRITE_FLAG_MORE : 0));
		/* Out of memory or of queue places: less may still fit. */
		if (error == ERR_MEM)
			length /= 2;
	} while (error == ERR_MEM && length > 0);
	return error == ERR_OK ? (ssize_t)length : error == ERR_MEM ? 0 : uk_lwip_errno(error);
}

/* Sends now, or leaves it to the end of a batch of events that the program works through. */
static void push(struct tcp_pcb *pcb)
{
	tcp_output(pcb);
	if (uk_poll_batch > 1)
		uk_poll_batch--;
	else
		uk_network_flush();
}

static int wait_for_room(struct tcp_socket *socket, int flags, uint64_t deadline)
{
	/* Nothing on its way whose acknowledgement would make room: memory is out. */
	if (socket->pcb->unacked == NULL && socket->pcb->unsent == NULL)
		return -ENOBUFS;
	push(socket->pcb);
	socket->wants_room = true;
	return socket_wait(&socket->socket, flags, deadline);
}

ssize_t tcp_socket_send(struct socket *base, const struct iovec *vectors, int count, int flags,
			const struct endpoint *to)
{
	struct tcp_socket *socket = tcp_of(base);
	uint64_t deadline = 0;
	ssize_t total = 0;

	(void)to;
	if (socket->phase == PHASE_CONNECTING)
		return -EAGAIN;
	for (int i = 0; i < count; i++) {
		const char *bytes = vectors[i].iov_base;
		size_t left = vectors[i].iov_len;

		while (left > 0 || i + 1 == count) {
			if (base->error != 0)
				return total > 0 ? total : socket_take_error(base);
			if (socket->phase != PHASE_CONNECTED || socket->write_shut ||
			    socket->pcb == NULL)
				return total > 0 ? total : socket_broken_pipe(flags);
			ssize_t queued = left == 0 ? 0
						   : queue(socket->pcb, bytes, left,
							   i + 1 < count || flags & MSG_MORE);

			if (queued < 0)
				return total > 0 ? total : queued;
			total += queued;
			bytes += queued;
			left -= (size_t)queued;
			if (left == 0)
				break;
			if (queued > 0)
				continue;
			if (deadline == 0)
				deadline = socket_deadline(base->send_timeout_ns);
			int error = wait_for_room(socket, flags, deadline);

			if (error != 0)
				return total > 0 ? total : error;
		}
	}
	if (socket->pcb != NULL && total > 0 && !(flags & MSG_MORE))
		push(socket->pcb);
	return total;
}
