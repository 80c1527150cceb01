/* What a DHCP server tells beside addresses: how long the network's packets may be. */
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/prot/dhcp.h>
#include <uk/lwip-hooks.h>

/* What every host has to take (RFC 791): less would only make packets many. */
#define MTU_MIN 576

void uk_lwip_dhcp_option(struct netif *netif, u8_t option, u8_t length, struct pbuf *packet,
			 u16_t offset)
{
	u16_t mtu;

	if (option != DHCP_OPTION_MTU || length != sizeof(mtu) ||
	    pbuf_copy_partial(packet, &mtu, sizeof(mtu), offset) != sizeof(mtu))
		return;
	mtu = lwip_ntohs(mtu);
	if (mtu >= MTU_MIN && mtu < netif->mtu)
		netif->mtu = mtu;
}
