/* Which frames of a guest are let into the network. */
#include "filter.h"
#include "bytes.h"

bool mac_equal(const uint8_t *left, const uint8_t *right)
{
	return !__builtin_memcmp(left, right, 6);
}

bool mac_is_broadcast(const uint8_t *mac)
{
	static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};

	return mac_equal(mac, everybody);
}

static bool is_inside(const struct network *network, uint32_t address)
{
	return (address & network->mask) == network->address && address != network->address;
}

static bool arp_is_honest(const struct network *network, const struct identity *sender,
			  const uint8_t *arp, size_t length)
{
	/* Ethernet and IPv4, with addresses of six and four bytes. */
	static const uint8_t kind[6] = {0, 1, 8, 0, 6, 4};
	uint32_t address;

	if (length < ARP_BYTES || __builtin_memcmp(arp, kind, sizeof(kind)))
		return false;
	address = read32(arp + ARP_SENDER);
	/* Who asks whether an address is free has none. */
	return mac_equal(arp + ARP_SENDER_MAC, sender->mac) &&
	       (address == sender->address || address == 0) &&
	       is_inside(network, read32(arp + ARP_TARGET));
}

/* Who has no address yet may ask for one. */
static bool is_for_dhcp(const uint8_t *ip, size_t header)
{
	return ip[IPV4_PROTOCOL] == PROTOCOL_UDP &&
	       read16(ip + IPV4_LENGTH) >= header + UDP_BYTES &&
	       read16(ip + header) == PORT_DHCP_CLIENT &&
	       read16(ip + header + 2) == PORT_DHCP_SERVER;
}

static bool ipv4_is_honest(const struct network *network, const struct identity *sender,
			   const uint8_t *ip, size_t length)
{
	size_t header;
	uint32_t source, target;

	if (length < IPV4_BYTES || ip[0] >> 4 != 4)
		return false;
	header = (size_t)(ip[0] & 15) * 4;
	if (header < IPV4_BYTES || read16(ip + IPV4_LENGTH) < header ||
	    read16(ip + IPV4_LENGTH) > length)
		return false;
	source = read32(ip + IPV4_SOURCE);
	target = read32(ip + IPV4_TARGET);
	if (target == UINT32_MAX)
		return source == sender->address || (source == 0 && is_for_dhcp(ip, header));
	return source == sender->address && is_inside(network, target);
}

bool filter_allows(const struct network *network, const struct identity *sender,
		   const uint8_t *frame, size_t length)
{
	const uint8_t *inside = frame + ETHERNET_BYTES;

	if (length < ETHERNET_BYTES || length > FRAME_BYTES_MAX)
		return false;
	if (!mac_equal(frame + 6, sender->mac))
		return false;
	if (frame[0] & 1 && !mac_is_broadcast(frame))
		return false;
	switch (read16(frame + ETHERNET_TYPE)) {
	case TYPE_ARP: return arp_is_honest(network, sender, inside, length - ETHERNET_BYTES);
	case TYPE_IPV4: return ipv4_is_honest(network, sender, inside, length - ETHERNET_BYTES);
	default: return false;
	}
}

bool filter_datagram(const uint8_t *frame, struct datagram *datagram)
{
	const uint8_t *ip = frame + ETHERNET_BYTES, *udp;
	size_t header, length;

	if (read16(frame + ETHERNET_TYPE) != TYPE_IPV4 || ip[IPV4_PROTOCOL] != PROTOCOL_UDP)
		return false;
	/* Fragments: more to come, or not the first. */
	if (read16(ip + IPV4_FRAGMENT) & 0x3fff)
		return false;
	header = (size_t)(ip[0] & 15) * 4;
	udp = ip + header;
	if (read16(ip + IPV4_LENGTH) < header + UDP_BYTES)
		return false;
	length = read16(udp + 4);
	if (length < UDP_BYTES || length > read16(ip + IPV4_LENGTH) - header)
		return false;
	*datagram = (struct datagram){.source = read32(ip + IPV4_SOURCE),
				      .target = read32(ip + IPV4_TARGET),
				      .source_port = read16(udp),
				      .target_port = read16(udp + 2),
				      .bytes = udp + UDP_BYTES,
				      .length = length - UDP_BYTES};
	return true;
}
