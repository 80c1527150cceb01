/* The gateway's event loop: who is told about which descriptor. */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stdint.h>

enum loop_kind { LOOP_LINK, LOOP_LISTENER, LOOP_CONNECTION, LOOP_FLOW };

/* What is told of a descriptor: its kind, which one of these, and whose it was. A place that has
 * been given to somebody else while an event was on its way shows in the last. */
struct loop_event {
	uint32_t events;
	enum loop_kind kind;
	uint16_t generation;
	unsigned index;
};
#define LOOP_EVENTS_MAX 64

void loop_start(void);
/* event->events: EPOLLIN, EPOLLOUT. Closing a descriptor ends it. */
void loop_watch(int fd, const struct loop_event *event);
void loop_change(int fd, const struct loop_event *event);
void loop_forget(int fd);
/* Waits, for ever when the time is -1; returns how many. */
unsigned loop_wait(struct loop_event events[LOOP_EVENTS_MAX], int timeout_ms);

/* Of a clock that nobody sets. */
uint64_t loop_now_ms(void);

#endif
