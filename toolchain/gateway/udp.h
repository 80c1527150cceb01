/* Datagrams between the guest and the host. */
#ifndef GATEWAY_UDP_H
#define GATEWAY_UDP_H

#include <stddef.h>
#include <stdint.h>

/* A datagram of the guest to an address. */
void udp_arrived(uint32_t target, const uint8_t *datagram, size_t bytes);
/* Datagrams have arrived at a socket of the host for a port of the guest. */
void udp_accepted(int listener, uint16_t guest_port);
/* Answers have arrived for the guest. */
void udp_happened(unsigned index);

#endif
