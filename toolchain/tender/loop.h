/* The event loop of the process that stays outside: who is told about which descriptor. */
#ifndef TENDER_LOOP_H
#define TENDER_LOOP_H

#include <stdint.h>

/* Kinds of descriptors, and within a kind which one. */
enum loop_kind { LOOP_SIGNAL, LOOP_LISTENER, LOOP_CONTROL, LOOP_CLIENT, LOOP_RELAY, LOOP_FLOW, LOOP_HANDOVER };

void loop_start(void);
/* EPOLLIN, EPOLLOUT. Closing a descriptor ends it. */
void loop_watch(int fd, uint32_t events, enum loop_kind kind, unsigned index);
void loop_change(int fd, uint32_t events, enum loop_kind kind, unsigned index);
void loop_forget(int fd);

struct loop_event {
	uint32_t events;
	enum loop_kind kind;
	unsigned index;
};
#define LOOP_EVENTS_MAX 64
/* Waits; returns how many. */
unsigned loop_wait(struct loop_event events[LOOP_EVENTS_MAX]);

#endif
