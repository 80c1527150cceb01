/* Frames on their way to a guest. */
#ifndef SWITCH_QUEUE_H
#define SWITCH_QUEUE_H

#include "filter.h"

#define QUEUE_FRAMES 128
/* Of one sender. The others' frames find room however much one of them sends. */
#define QUEUE_SHARE 48
#define LENGTH_BYTES 4
/* Who sends what the switch itself sends. */
#define SENDER_SWITCH GUESTS_MAX

struct queued {
	uint16_t length, sender; /* with the four bytes of the length */
	uint8_t bytes[LENGTH_BYTES + FRAME_BYTES_MAX];
};

struct queue {
	struct queued frames[QUEUE_FRAMES];
	unsigned first, count;
	size_t sent; /* of the first, when it was sent in part */
	uint8_t of_sender[GUESTS_MAX + 1];
};

void queue_clear(struct queue *queue);
void queue_add(struct queue *queue, unsigned sender, const uint8_t *frame, size_t length);
/* Sends what the socket takes; false when it is broken. */
bool queue_send(struct queue *queue, int fd);

#endif
