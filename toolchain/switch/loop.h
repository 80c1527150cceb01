/* The switch's event loop: who is told about which descriptor. */
#ifndef SWITCH_LOOP_H
#define SWITCH_LOOP_H

#include <stdint.h>

enum loop_kind { LOOP_PORT, LOOP_RESOLVER, LOOP_CONTROL };

void loop_start(void);
/* EPOLLIN, EPOLLOUT. Closing a descriptor does not end it where somebody else has it too. */
void loop_watch(int fd, uint32_t events, enum loop_kind kind, unsigned index);
void loop_change(int fd, uint32_t events, enum loop_kind kind, unsigned index);
void loop_forget(int fd);

struct loop_event {
	uint32_t events;
	enum loop_kind kind;
	unsigned index;
};
/* As many as there can be: nobody's turn comes only after others' second. */
#define LOOP_EVENTS_MAX 512
/* Waits for this long, -1: for ever; returns how many. */
unsigned loop_wait(struct loop_event events[LOOP_EVENTS_MAX], int timeout_ms);

/* Since some moment in the past. */
uint64_t loop_now_ms(void);

#endif
