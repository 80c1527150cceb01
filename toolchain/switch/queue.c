/* Frames on their way to a guest. */
#include "queue.h"
#include "bytes.h"
#include "kernel.h"

/* A tender's guest takes no longer message; a stream does not care. */
#define MESSAGE_BYTES_MAX 65536
#define FRAMES_AT_ONCE 64

void queue_clear(struct queue *queue)
{
	queue->first = queue->count = 0;
	queue->sent = 0;
	__builtin_memset(queue->of_sender, 0, sizeof(queue->of_sender));
}

void queue_add(struct queue *queue, unsigned sender, const uint8_t *frame, size_t length)
{
	struct queued *place;

	if (queue->count == QUEUE_FRAMES || queue->of_sender[sender] == QUEUE_SHARE)
		return;
	place = &queue->frames[(queue->first + queue->count) % QUEUE_FRAMES];
	write32(place->bytes, (uint32_t)length);
	__builtin_memcpy(place->bytes + LENGTH_BYTES, frame, length);
	place->length = (uint16_t)(LENGTH_BYTES + length);
	place->sender = (uint16_t)sender;
	queue->of_sender[sender]++;
	queue->count++;
}

static void take_sent(struct queue *queue, size_t sent)
{
	queue->sent += sent;
	while (queue->count && queue->sent >= queue->frames[queue->first].length) {
		struct queued *frame = &queue->frames[queue->first];

		queue->sent -= frame->length;
		queue->of_sender[frame->sender]--;
		queue->first = (queue->first + 1) % QUEUE_FRAMES;
		queue->count--;
	}
	/* The places that were used last are the ones in the cache. */
	if (!queue->count)
		queue->first = 0;
}

bool queue_send(struct queue *queue, int fd)
{
	while (queue->count) {
		struct vector vectors[FRAMES_AT_ONCE];
		struct message message = {.vectors = vectors};
		size_t bytes = 0, skip = queue->sent;
		long sent;

		for (unsigned i = 0; i < queue->count && i < FRAMES_AT_ONCE; i++) {
			const struct queued *frame =
				&queue->frames[(queue->first + i) % QUEUE_FRAMES];

			if (bytes + frame->length > MESSAGE_BYTES_MAX)
				break;
			vectors[message.vector_count++] =
				(struct vector){frame->bytes + skip, frame->length - skip};
			bytes += frame->length - skip;
			skip = 0;
		}
		sent = call(CALL_SENDMSG, fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0)
			return sent == -EAGAIN || sent == -EINTR;
		take_sent(queue, (size_t)sent);
		if ((size_t)sent < bytes)
			return true;
	}
	return true;
}
