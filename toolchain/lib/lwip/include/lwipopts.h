/* How lwIP is configured: what Kconfig decides, and what never varies here. */
#ifndef UK_LWIPOPTS_H
#define UK_LWIPOPTS_H

/* One processor, no preemption, callbacks only. */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_RAW 0
#define LWIP_STATS 0
#define LWIP_TIMERS 1
#define LWIP_TIMERS_CUSTOM 1 /* timers.c */

/* memory.c and pools.c stand for lwIP's heap and pools. */
#define MEM_ALIGNMENT 16
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define PBUF_LINK_ENCAPSULATION_HLEN 16 /* room for a virtio header */
#define ETH_PAD_SIZE 0
/* Every packet buffer can be handed to a driver, and remembers whether it has been. */
#define LWIP_PBUF_CUSTOM_DATA struct uk_netbuf netbuf, *netbuf_waiting;
#define LWIP_PBUF_CUSTOM_DATA_INIT(p) ((p)->netbuf.done = NULL)
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define LWIP_PBUF_REF_T u16_t

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 1
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 16
#define ARP_TABLE_SIZE 32
#define LWIP_ICMP 1
#define LWIP_IGMP 0
#define IP_FORWARD 0
#ifdef CONFIG_LWIP_FRAGMENTS
#define IP_REASSEMBLY 1
#define IP_FRAG 1
#else
#define IP_REASSEMBLY 0
#define IP_FRAG 0
#endif
#define IP_REASS_MAX_PBUFS 64
#ifdef CONFIG_LWIP_UDP
#define LWIP_UDP 1
#else
#define LWIP_UDP 0
#endif
#define LWIP_NETBUF_RECVINFO 0
#define LWIP_BROADCAST_PING 0

#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_LINK_CALLBACK 0
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPIF_MULTICAST 0
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define LWIP_CHECKSUM_ON_COPY 0
#define LWIP_CHKSUM uk_lwip_checksum

#ifdef CONFIG_LWIP_DHCP
#define LWIP_DHCP 1
/* A virtual network hands out addresses that are free: probing costs seconds. */
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_DHCP_MAX_NTP_SERVERS 0
#define LWIP_DHCP_PROVIDE_DNS_SERVERS 3
#define DNS_MAX_SERVERS 3
/* Clouds have networks whose packets are shorter than Ethernet's. */
#define DHCP_ADD_EXTRA_REQUEST_OPTIONS , DHCP_OPTION_MTU
#define LWIP_HOOK_DHCP_PARSE_OPTION(netif, dhcp, state, message, type, option, length, packet,     \
				    offset)                                                        \
	uk_lwip_dhcp_option(netif, option, length, packet, offset)
/* Only for its header: name_servers.c takes the place of lwIP's resolver. */
#define LWIP_DNS 1
#else
#define LWIP_DHCP 0
#define LWIP_DNS 0
#endif
#define LWIP_ACD 0
#define LWIP_AUTOIP 0

#define LWIP_TCP 1
#define TCP_MSS CONFIG_LWIP_TCP_MSS
#define TCP_WND CONFIG_LWIP_TCP_WND
#ifdef CONFIG_LWIP_WINDOW_SCALING
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 0
#endif
#define TCP_SND_BUF CONFIG_LWIP_TCP_SND_BUF
/* Pieces of one connection's send buffer: enough for many small writes. */
#define TCP_SND_QUEUELEN (16 + 8 * (TCP_SND_BUF) / (TCP_MSS))
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 0xff
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 64
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_KEEPALIVE 1
#define LWIP_TCP_TIMESTAMPS 0
#define TCP_OVERSIZE TCP_MSS
#define TCP_MSL 30000UL /* TIME_WAIT lasts 60 s, as on Linux */
#define TCP_SYNMAXRTX 6
#define SO_REUSE 1
#define SO_REUSE_RXTOALL 0

#define LWIP_HOOK_FILENAME "uk/lwip-hooks.h"
#define LWIP_HOOK_TCP_ISN uk_lwip_initial_sequence
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, options, first, second, packet)                    \
	uk_lwip_before_segment(pcb, header, packet)

#endif
