/* A stream of frames, each after its length in four bytes, big-endian: the socket of a helper such
 * as the gateway. Frames are gathered, so that a batch costs one system call. */
#include "tender_net.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat-linux.h>
#include <uk/plat.h>

#define LENGTH_BYTES 4
#define OUT_BYTES 65536
#define IN_BYTES 65536
#define PAGES(bytes) (((bytes) + UK_PAGE_SIZE - 1) / UK_PAGE_SIZE)

struct stream {
	struct tender_device device;
	char *out, *in;
	size_t out_start, out_end; /* what has not been written yet */
	size_t in_start, in_end;   /* what has been read and not been taken */
};

/* Nobody is there any more: without its network a guest is of no use. */
static _Noreturn void fail(void)
{
	uk_crash("network: the host has closed it");
}

static bool write_out(struct stream *stream)
{
	while (stream->out_start < stream->out_end) {
		long written = uk_linux_write(stream->device.fd, stream->out + stream->out_start,
					      stream->out_end - stream->out_start);

		if (written == -EAGAIN)
			return false;
		if (written <= 0)
			fail();
		stream->out_start += (size_t)written;
	}
	stream->out_start = stream->out_end = 0;
	return true;
}

static int stream_send(struct uk_netdev *netdev, struct uk_netbuf *packet)
{
	struct stream *stream = (struct stream *)netdev;
	char *to;
	size_t length;

	if (OUT_BYTES - stream->out_end < LENGTH_BYTES + FRAME_BYTES_MAX && !write_out(stream))
		return tender_block(&stream->device);
	to = stream->out + stream->out_end;
	length = tender_gather(to + LENGTH_BYTES, packet);
	if (length == 0)
		return -EMSGSIZE;
	to[0] = to[1] = 0;
	to[2] = (char)(length >> 8);
	to[3] = (char)length;
	stream->out_end += LENGTH_BYTES + length;
	packet->done(packet);
	return 0;
}

static void stream_flush(struct uk_netdev *netdev)
{
	struct stream *stream = (struct stream *)netdev;

	if (!write_out(stream) && !stream->device.is_blocked)
		tender_block(&stream->device);
}

/* The length of the next frame, 0 when it is not there as a whole. */
static size_t next_frame(const struct stream *stream)
{
	const unsigned char *at = (const unsigned char *)stream->in + stream->in_start;
	size_t length, available = stream->in_end - stream->in_start;

	if (available < LENGTH_BYTES)
		return 0;
	length = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
	if (length == 0 || length > IN_BYTES - LENGTH_BYTES)
		uk_crash("network: the host has sent a frame of an impossible length");
	return available - LENGTH_BYTES < length ? 0 : length;
}

/* Reads once; false when nothing has arrived. */
static bool read_in(struct stream *stream)
{
	long got;

	/* What is left is less than a frame: to the front with it. */
	memmove(stream->in, stream->in + stream->in_start, stream->in_end - stream->in_start);
	stream->in_end -= stream->in_start;
	stream->in_start = 0;
	got = uk_linux_read(stream->device.fd, stream->in + stream->in_end,
			    IN_BYTES - stream->in_end);
	if (got == -EAGAIN)
		return false;
	if (got <= 0)
		fail();
	stream->in_end += (size_t)got;
	return true;
}

/* Hands the next frame over; false when there is none, or no buffer for it. */
static bool receive_one(struct stream *stream)
{
	struct uk_netdev *netdev = &stream->device.netdev;
	size_t length = next_frame(stream);
	struct uk_netbuf *buffer;

	if (length == 0)
		return false;
	buffer = tender_take_buffer(&stream->device);
	if (buffer == NULL)
		return false;
	if (length > buffer->length) { /* longer than the interface allows: lost, as on a wire */
		tender_supply(netdev, buffer);
	} else {
		memcpy(buffer->data, stream->in + stream->in_start + LENGTH_BYTES, length);
		buffer->length = length;
		/* It never was on a wire. */
		buffer->checksum_valid = true;
		netdev->receive(netdev, buffer);
	}
	stream->in_start += LENGTH_BYTES + length;
	return true;
}

static unsigned stream_poll(struct uk_netdev *netdev, unsigned budget)
{
	struct stream *stream = (struct stream *)netdev;
	unsigned received = 0;

	if (stream->device.is_blocked && write_out(stream))
		tender_unblock(&stream->device);
	do {
		while (received < budget && receive_one(stream))
			received++;
	} while (received == 0 && next_frame(stream) == 0 && read_in(stream));
	return received;
}

static const struct uk_netdev_ops stream_ops = {
	.send = stream_send,
	.flush = stream_flush,
	.poll = stream_poll,
	.supply = tender_supply,
};

struct tender_device *tender_stream_new(void)
{
	struct stream *stream = uk_zalloc(sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->out = uk_pages_alloc(PAGES(OUT_BYTES), 1);
	stream->in = uk_pages_alloc(PAGES(IN_BYTES), 1);
	if (stream->out == NULL || stream->in == NULL)
		return NULL;
	stream->device.netdev.ops = &stream_ops;
	return &stream->device;
}
