/*
 * The guests' sockets. A guest's side listens in the guest's own directory; the switch connects to
 * it, again and again while nobody answers: so either of the two can end and come back. What is
 * read is a stream of frames; those that the filter allows go to other guests and to the switch's
 * own services.
 *
 * A guest that does not read gets a bounded queue, in which no sender has more than its share; what
 * does not fit is lost, as on a wire.
 */
#ifndef SWITCH_PORT_H
#define SWITCH_PORT_H

#include "filter.h"

/* Makes the ports those of the file: who is still there keeps its connection. */
void ports_apply(const struct members *members);
/* Something happened to a port's socket. */
void port_happened(unsigned index, uint32_t events);
/* Tries to connect those that are not; returns in how many milliseconds to come back, or -1. */
int ports_connect(uint64_t now_ms);

/* Queues a frame of the switch for a port; it leaves with ports_flush(). */
void port_send(unsigned index, const uint8_t *frame, size_t length);
void ports_flush(void);

const struct identity *port_identity(unsigned index);
bool port_is_connected(unsigned index);
/* Another guest may have come to be at this index: the answer for one is not for the other. */
uint64_t port_generation(unsigned index);

#endif
