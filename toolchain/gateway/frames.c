/* Frames of the guest: which of them are for whom, and what stands around those to it. */
#include "frames.h"
#include "bytes.h"
#include "link.h"
#include "loop.h"
#include "tcp.h"
#include "udp.h"

#define TYPE_IP 0x0800
#define TYPE_ARP 0x0806
#define ARP_BYTES 28
#define ICMP_ECHO_REQUEST 8
#define ADDRESS_BYTES 6
#define TIME_TO_LIVE 64
/* Well below the five minutes after which a guest forgets. */
#define INTRODUCE_AFTER_MS 60000

static const uint8_t own_mac[ADDRESS_BYTES] = {0x52, 0x55, 0x0a, 0x00, 0x02, 0x02};
/* Everybody's, until the guest has said something. */
static uint8_t guest_mac[ADDRESS_BYTES] = {255, 255, 255, 255, 255, 255};

static void write_ethernet(uint8_t *frame, uint16_t type)
{
	__builtin_memcpy(frame, guest_mac, ADDRESS_BYTES);
	__builtin_memcpy(frame + ADDRESS_BYTES, own_mac, ADDRESS_BYTES);
	write16(frame + 12, type);
}

static uint16_t checksum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += read16(bytes + i);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint8_t *packet_room(void)
{
	uint8_t *frame = link_room();

	return frame ? frame + ETHERNET_BYTES + IP_BYTES : NULL;
}

void packet_add(uint8_t protocol, uint32_t source, size_t bytes)
{
	uint8_t *frame = link_room(), *ip = frame + ETHERNET_BYTES;

	write_ethernet(frame, TYPE_IP);
	write16(ip, 0x4500);
	write16(ip + 2, (uint16_t)(IP_BYTES + bytes));
	write32(ip + 4, 0x4000); /* never divided */
	write16(ip + 8, (uint16_t)(TIME_TO_LIVE << 8 | protocol));
	write16(ip + 10, 0);
	write32(ip + 12, source);
	write32(ip + 16, GUEST_ADDRESS);
	write16(ip + 10, checksum(ip, IP_BYTES));
	link_add(ETHERNET_BYTES + IP_BYTES + bytes);
}

void introduce_gateway(void)
{
	static uint64_t last_ms;
	const uint64_t now_ms = loop_now_ms();
	uint8_t *frame;

	if (last_ms && now_ms - last_ms < INTRODUCE_AFTER_MS)
		return;
	frame = link_room();
	if (!frame)
		return;
	last_ms = now_ms;
	write_ethernet(frame, TYPE_ARP);
	frame += ETHERNET_BYTES;
	write32(frame, 0x00010800);
	write32(frame + 4, 0x06040001);
	__builtin_memcpy(frame + 8, own_mac, ADDRESS_BYTES);
	write32(frame + 14, GATEWAY_ADDRESS);
	__builtin_memset(frame + 18, 0, ADDRESS_BYTES);
	write32(frame + 24, GUEST_ADDRESS);
	link_add(ETHERNET_BYTES + ARP_BYTES);
}

/* Every address of the network but the guest's own is here. */
static void answer_arp(const uint8_t *request)
{
	uint8_t *frame;
	const uint32_t wanted = read32(request + 24);

	if (read32(request) != 0x00010800 || read32(request + 4) != 0x06040001 ||
	    wanted == GUEST_ADDRESS || wanted >> 8 != GUEST_ADDRESS >> 8)
		return;
	frame = link_room();
	if (!frame)
		return;
	write_ethernet(frame, TYPE_ARP);
	frame += ETHERNET_BYTES;
	write32(frame, 0x00010800);
	write32(frame + 4, 0x06040002);
	__builtin_memcpy(frame + 8, own_mac, ADDRESS_BYTES);
	write32(frame + 14, wanted);
	__builtin_memcpy(frame + 18, request + 8, ADDRESS_BYTES + 4);
	link_add(ETHERNET_BYTES + ARP_BYTES);
}

static void answer_echo(uint32_t target, const uint8_t *request, size_t bytes)
{
	uint8_t *reply;

	if (bytes < 8 || request[0] != ICMP_ECHO_REQUEST ||
	    (target != GATEWAY_ADDRESS && target != DNS_ADDRESS))
		return;
	reply = packet_room();
	if (!reply)
		return;
	__builtin_memcpy(reply, request, bytes);
	write32(reply, 0);
	write16(reply + 2, checksum(reply, bytes));
	packet_add(PROTOCOL_ICMP, target, bytes);
}

/* Fragments are nobody's: TCP has none, and datagrams that large are rare. */
static void take_ip(const uint8_t *ip, size_t available)
{
	size_t header, bytes;
	uint32_t target;

	if (available < IP_BYTES)
		return;
	header = (ip[0] & 15u) * 4u;
	bytes = read16(ip + 2);
	if (ip[0] >> 4 != 4 || header < IP_BYTES || bytes < header || bytes > available ||
	    bytes > FRAME_BYTES_MAX - ETHERNET_BYTES || read16(ip + 6) & 0x3fff ||
	    read32(ip + 12) != GUEST_ADDRESS)
		return;
	target = read32(ip + 16);
	switch (ip[9]) {
	case PROTOCOL_TCP: tcp_arrived(target, ip + header, bytes - header); break;
	case PROTOCOL_UDP: udp_arrived(target, ip + header, bytes - header); break;
	case PROTOCOL_ICMP: answer_echo(target, ip + header, bytes - header); break;
	}
}

void frame_arrived(uint8_t *frame, size_t bytes)
{
	__builtin_memcpy(guest_mac, frame + ADDRESS_BYTES, ADDRESS_BYTES);
	if (read16(frame + 12) == TYPE_IP)
		take_ip(frame + ETHERNET_BYTES, bytes - ETHERNET_BYTES);
	else if (read16(frame + 12) == TYPE_ARP && bytes >= ETHERNET_BYTES + ARP_BYTES)
		answer_arp(frame + ETHERNET_BYTES);
}
