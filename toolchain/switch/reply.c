/* Frames that the switch itself sends. */
#include "reply.h"
#include "bytes.h"

#define TIME_TO_LIVE 64

struct identity reply_identity(const struct network *network)
{
	struct identity own = {.mac = {2, 'u'}, .address = members_own_address(network)};

	write32(own.mac + 2, own.address);
	return own;
}

static void write_ethernet(uint8_t *frame, const uint8_t *to, const uint8_t *from, uint16_t type)
{
	__builtin_memcpy(frame, to, 6);
	__builtin_memcpy(frame + 6, from, 6);
	write16(frame + ETHERNET_TYPE, type);
}

size_t reply_to_arp(const struct network *network, const uint8_t *frame, uint8_t *reply)
{
	const struct identity own = reply_identity(network);
	const uint8_t *request = frame + ETHERNET_BYTES;
	uint8_t *arp = reply + ETHERNET_BYTES;

	if (read16(frame + ETHERNET_TYPE) != TYPE_ARP || read16(request + ARP_OPERATION) != 1 ||
	    read32(request + ARP_TARGET) != own.address)
		return 0;
	write_ethernet(reply, frame + 6, own.mac, TYPE_ARP);
	__builtin_memcpy(arp, request, ARP_OPERATION);
	write16(arp + ARP_OPERATION, 2);
	__builtin_memcpy(arp + ARP_SENDER_MAC, own.mac, 6);
	write32(arp + ARP_SENDER, own.address);
	__builtin_memcpy(arp + ARP_TARGET_MAC, request + ARP_SENDER_MAC, 10);
	return ETHERNET_BYTES + ARP_BYTES;
}

static uint16_t checksum_of(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i += 2)
		sum += read16(bytes + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

size_t reply_datagram(const struct network *network, const uint8_t *to_mac, uint32_t to,
		      uint16_t from_port, uint16_t to_port, size_t length, uint8_t *reply)
{
	const struct identity own = reply_identity(network);
	uint8_t *ip = reply + ETHERNET_BYTES, *udp = ip + IPV4_BYTES;

	write_ethernet(reply, to_mac, own.mac, TYPE_IPV4);
	__builtin_memset(ip, 0, IPV4_BYTES + UDP_BYTES);
	ip[0] = 0x45;
	write16(ip + IPV4_LENGTH, (uint16_t)(IPV4_BYTES + UDP_BYTES + length));
	ip[8] = TIME_TO_LIVE;
	ip[IPV4_PROTOCOL] = PROTOCOL_UDP;
	write32(ip + IPV4_SOURCE, own.address);
	write32(ip + IPV4_TARGET, to);
	write16(ip + IPV4_CHECKSUM, checksum_of(ip, IPV4_BYTES));
	write16(udp, from_port);
	write16(udp + 2, to_port);
	/* UDP's checksum stays 0, which means none: a socket loses nothing. */
	write16(udp + 4, (uint16_t)(UDP_BYTES + length));
	return REPLY_PAYLOAD + length;
}
