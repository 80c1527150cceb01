/* Which frames of a guest are let into the network, and the parts of those that are. */
#ifndef SWITCH_FILTER_H
#define SWITCH_FILTER_H

#include "members.h"

/* Ethernet: to, from, type. */
#define ETHERNET_BYTES 14
#define ETHERNET_TYPE 12
#define FRAME_BYTES_MAX 1514
#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806

/* ARP, behind Ethernet's header. */
#define ARP_BYTES 28
#define ARP_OPERATION 6
#define ARP_SENDER_MAC 8
#define ARP_SENDER 14
#define ARP_TARGET_MAC 18
#define ARP_TARGET 24

/* IPv4, behind Ethernet's header; UDP, behind IPv4's. */
#define IPV4_BYTES 20
#define IPV4_LENGTH 2
#define IPV4_FRAGMENT 6
#define IPV4_PROTOCOL 9
#define IPV4_CHECKSUM 10
#define IPV4_SOURCE 12
#define IPV4_TARGET 16
#define PROTOCOL_UDP 17
#define UDP_BYTES 8

#define PORT_DNS 53
#define PORT_DHCP_SERVER 67
#define PORT_DHCP_CLIENT 68

/* A whole UDP packet inside of a frame. */
struct datagram {
	uint32_t source, target;
	uint16_t source_port, target_port;
	const uint8_t *bytes;
	size_t length;
};

bool mac_equal(const uint8_t *left, const uint8_t *right);
bool mac_is_broadcast(const uint8_t *mac);

/*
 * Whether a frame is what it seems: from the sender's own addresses, to somebody in the network,
 * ARP or IPv4, with lengths that agree. Everything else would be of no use, or is meant to deceive.
 */
bool filter_allows(const struct network *network, const struct identity *sender,
		   const uint8_t *frame, size_t length);

/* Whether an allowed frame is a whole UDP packet, and which. */
bool filter_datagram(const uint8_t *frame, struct datagram *datagram);

#endif
