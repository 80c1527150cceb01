/* Frames that the switch itself sends. */
#ifndef SWITCH_REPLY_H
#define SWITCH_REPLY_H

#include "filter.h"

#define REPLY_PAYLOAD (ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES)
#define REPLY_PAYLOAD_MAX (FRAME_BYTES_MAX - REPLY_PAYLOAD)

/* The switch's own addresses. */
struct identity reply_identity(const struct network *network);

/* Answers who asks by ARP for the switch; the reply's length, 0 when nobody has asked. */
size_t reply_to_arp(const struct network *network, const uint8_t *frame, uint8_t *reply);

/* Puts headers before `length` bytes at reply + REPLY_PAYLOAD; returns the frame's length. */
size_t reply_datagram(const struct network *network, const uint8_t *to_mac, uint32_t to,
		      uint16_t from_port, uint16_t to_port, size_t length, uint8_t *reply);

#endif
