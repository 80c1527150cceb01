/* What a frame of the guest's network is made of: Ethernet, ARP, IPv4. */
#ifndef GATEWAY_FRAMES_H
#define GATEWAY_FRAMES_H

#include "kernel.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guest and those who serve it, as passt and QEMU have it. */
#define GUEST_ADDRESS 0x0a00020fu   /* 10.0.2.15 */
#define GATEWAY_ADDRESS 0x0a000202u /* 10.0.2.2: from where the host's connections come */
#define DNS_ADDRESS 0x0a000203u	    /* 10.0.2.3: the host's name server */

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

#define ETHERNET_BYTES 14
#define IP_BYTES 20

/* One of the two ends that are not the guest's, with its port; numbers as the processor has them. */
struct far_end {
	uint32_t address;
	uint16_t port;
};

/* Room for what a packet of IP carries to the guest: the frame's part behind its IP header; NULL
 * while the guest has too much to read. */
uint8_t *packet_room(void);
/* It is that long, and comes from this address. */
void packet_add(uint8_t protocol, uint32_t source, size_t bytes);

/* The guest learns who the gateway is, unless it has lately: it keeps few answers while it has to
 * ask for that itself, and many connections may begin at once. */
void introduce_gateway(void);

/* Where on the host's side a far end is: false when the guest must not reach it. */
bool far_end_address(const struct far_end *end, struct internet_address *address);

/* The name server is the host's, as its configuration names it now. */
void name_server_find(void);

#endif
