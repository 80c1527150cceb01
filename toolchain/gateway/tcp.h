/*
 * TCP between the guest and sockets of the host. Both ends of the wire are on this machine and the
 * wire loses nothing, so what makes TCP hard is not needed: bytes are sent as fast as the guest's
 * window opens, and again only when nothing has been heard for a second (a guest without memory
 * drops what arrives).
 */
#ifndef GATEWAY_TCP_H
#define GATEWAY_TCP_H

#include "loop.h"
#include <stddef.h>

/* A connection to a port of the guest has been accepted on the host. */
void tcp_accepted(int fd, uint16_t guest_port);
/* A segment of the guest to an address. */
void tcp_arrived(uint32_t target, const uint8_t *segment, size_t bytes);
/* Something has happened to a connection's socket. */
void tcp_happened(const struct loop_event *event);
/* At the end of a round: does what its events have made possible. */
void tcp_work(void);
/* Repeats what went unanswered; returns in how many milliseconds to call it again, -1: need not. */
int tcp_tick(uint64_t now_ms);

#endif
