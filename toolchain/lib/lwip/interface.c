/* Network devices as interfaces of lwIP: sending, with checksums left to the device where it
 * offers that, and a queue behind a full ring so that nothing is lost or spun on. */
#include "interface.h"
#include <errno.h>
#include <lwip/etharp.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip4.h>
#include <lwip/pbuf.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/tcp.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/udp.h>
#include <netif/ethernet.h>
#include <string.h>
#include <uk/lwip.h>
#include <uk/mem.h>

#define POLL_BUDGET 64
/* Beyond this many waiting packets further ones are refused, which TCP is told: it keeps them. */
#define BACKLOG_MAX 1024
/* Small packets have four times the room: lwIP forgets an acknowledgement that was refused twice,
 * and the other side would wait for ever. */
#define SMALL_BYTES 128
#define BACKLOG_SMALL_MAX (4 * BACKLOG_MAX)
/* Tells the device in the middle of a long batch, so that it works meanwhile. */
#define FLUSH_AFTER 4

struct interface *uk_lwip_interfaces;
static unsigned unflushed;

static struct pbuf *packet_of(struct uk_netbuf *netbuf)
{
	return (struct pbuf *)((char *)netbuf - offsetof(struct pbuf, netbuf));
}

static void sent(struct uk_netbuf *netbuf)
{
	netbuf->done = NULL;
	pbuf_free(packet_of(netbuf));
}

/* Leaves the checksum of a whole TCP or UDP packet to the device: the field gets the sum of
 * the pseudo header. A fragment's checksum cannot be completed: UDP sends it without one. */
static void prepare_checksum(struct pbuf *packet)
{
	struct uk_netbuf *netbuf = &packet->netbuf;

	netbuf->needs_checksum = false;
	if (packet->len < SIZEOF_ETH_HDR + IP_HLEN)
		return;
	struct eth_hdr *ethernet = packet->payload;

	if (ethernet->type != PP_HTONS(ETHTYPE_IP))
		return;
	struct ip_hdr *ip = (struct ip_hdr *)(ethernet + 1);
	uint16_t start = (uint16_t)(SIZEOF_ETH_HDR + IPH_HL_BYTES(ip));
	uint16_t offset;

	if (IPH_OFFSET(ip) & PP_HTONS(IP_MF | IP_OFFMASK))
		return;
	if (IPH_PROTO(ip) == IP_PROTO_TCP)
		offset = offsetof(struct tcp_hdr, chksum);
	else if (IPH_PROTO(ip) == IP_PROTO_UDP)
		offset = offsetof(struct udp_hdr, chksum);
	else
		return;
	if (packet->len < start + offset + 2u)
		return;
	uint32_t length = lwip_ntohs(IPH_LEN(ip)) - IPH_HL_BYTES(ip);
	uint32_t source = ip->src.addr, destination = ip->dest.addr;
	uint32_t sum = (source & 0xffff) + (source >> 16) + (destination & 0xffff) +
		       (destination >> 16) + lwip_htons(IPH_PROTO(ip)) +
		       lwip_htons((uint16_t)length);
	uint16_t field;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	field = (uint16_t)sum;
	memcpy((char *)packet->payload + start + offset, &field, 2);
	netbuf->needs_checksum = true;
	netbuf->checksum_start = start;
	netbuf->checksum_offset = offset;
}

static void describe(struct pbuf *packet, bool offload)
{
	for (struct pbuf *part = packet; part != NULL; part = part->next) {
		struct uk_netbuf *netbuf = &part->netbuf;

		netbuf->data = part->payload;
		netbuf->length = part->len;
		netbuf->next = part->next != NULL ? &part->next->netbuf : NULL;
		netbuf->headroom = 0;
		/* Such a packet's memory begins right behind its description. */
		if (part->type_internal & PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS)
			netbuf->headroom = (uint16_t)((char *)part->payload - (char *)(part + 1));
	}
	packet->netbuf.done = sent;
	if (offload)
		prepare_checksum(packet);
	else
		packet->netbuf.needs_checksum = false;
}

static void backlog_append(struct interface *interface, struct uk_netbuf *netbuf)
{
	struct pbuf *packet = packet_of(netbuf);

	packet->netbuf_waiting = NULL;
	if (interface->backlog_last != NULL)
		packet_of(interface->backlog_last)->netbuf_waiting = netbuf;
	else
		interface->backlog_first = netbuf;
	interface->backlog_last = netbuf;
	interface->backlog_length++;
}

static err_t send(struct netif *netif, struct pbuf *packet)
{
	struct interface *interface = netif->state;
	struct uk_netdev *device = interface->device;
	int error = -ENOBUFS;

	/* Still lent to a device, or in more pieces than one takes: send a copy. */
	if (packet->netbuf.done != NULL || pbuf_clen(packet) > UK_NETDEV_FRAGMENTS_MAX) {
		packet = pbuf_clone(PBUF_RAW, PBUF_RAM, packet);
		if (packet == NULL)
			return ERR_MEM;
	} else {
		pbuf_ref(packet);
	}
	describe(packet, device->offload_checksum);
	if (interface->backlog_first == NULL)
		error = device->ops->send(device, &packet->netbuf);
	if (error == -ENOBUFS) {
		unsigned limit = packet->tot_len <= SMALL_BYTES ? BACKLOG_SMALL_MAX : BACKLOG_MAX;

		if (interface->backlog_length < limit) {
			backlog_append(interface, &packet->netbuf);
			return ERR_OK;
		}
		interface->has_refused = true;
	}
	if (error != 0) {
		sent(&packet->netbuf);
		return ERR_BUF;
	}
	if (++unflushed >= FLUSH_AFTER)
		uk_network_flush();
	return ERR_OK;
}

void uk_network_flush(void)
{
	unflushed = 0;
	for (struct interface *interface = uk_lwip_interfaces; interface != NULL;
	     interface = interface->next)
		interface->device->ops->flush(interface->device);
}

static bool drain_backlog(struct interface *interface)
{
	bool moved = false;

	while (interface->backlog_first != NULL) {
		struct uk_netbuf *netbuf = interface->backlog_first;
		struct uk_netbuf *next = packet_of(netbuf)->netbuf_waiting;

		if (interface->device->ops->send(interface->device, netbuf) == -ENOBUFS)
			break;
		interface->backlog_first = next;
		if (next == NULL)
			interface->backlog_last = NULL;
		interface->backlog_length--;
		moved = true;
	}
	if (interface->has_refused && interface->backlog_length < BACKLOG_MAX / 2) {
		interface->has_refused = false;
		tcp_txnow();
	}
	return moved;
}

unsigned uk_lwip_interface_poll(struct interface *interface)
{
	struct uk_netdev *device = interface->device;

	device->ops->flush(device);
	unsigned done = device->ops->poll(device, POLL_BUDGET);

	if (interface->backlog_first != NULL && drain_backlog(interface))
		done++;
	device->ops->flush(device);
	return done;
}

bool uk_lwip_interface_arm(struct interface *interface)
{
	struct uk_netdev *device = interface->device;

	return device->ops->arm == NULL || device->ops->arm(device);
}

static err_t start(struct netif *netif)
{
	struct interface *interface = netif->state;
	struct uk_netdev *device = interface->device;

	netif->name[0] = 'e';
	netif->name[1] = 'n';
	netif->output = etharp_output;
	netif->linkoutput = send;
	netif->mtu = device->mtu;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, device->address, ETH_HWADDR_LEN);
	netif->flags |= NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
			NETIF_FLAG_LINK_UP;
	if (device->offload_checksum)
		netif->chksum_flags &= (uint16_t)~(NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_GEN_UDP);
	return ERR_OK;
}

void uk_lwip_interfaces_add(void)
{
	struct interface **link = &uk_lwip_interfaces;

	for (struct uk_netdev *device = uk_netdev_first(); device != NULL; device = device->next) {
		struct interface *interface = uk_zalloc(sizeof(*interface));

		if (interface == NULL)
			return;
		interface->device = device;
		if (netif_add_noaddr(&interface->netif, interface, start, ethernet_input) == NULL) {
			uk_free(interface);
			return;
		}
		device->stack = interface;
		device->receive = uk_lwip_receive;
		uk_lwip_receive_start(interface);
		*link = interface;
		link = &interface->next;
	}
}
