/* Starts lwIP, gives interfaces their addresses, and looks after them from the scheduler. */
#include <errno.h>
#include <lwip/dhcp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/opt.h>
#include <stdlib.h>
#include <string.h>
#include <uk/init.h>
#include <uk/lwip.h>
#include <uk/plat.h>
#include <uk/sched.h>
#include "address.h"
#include "interface.h"
#include "timers.h"

#define HOSTNAME_DEFAULT "unikernel"

static struct uk_wait_queue address_waiters;

static void complain(const char *message)
{
	uk_console_write(message, strlen(message));
}

static void address_changed(struct netif *netif)
{
	(void)netif;
	uk_wake(&address_waiters, UK_WAKE_ALL);
}

static bool has_address(void)
{
	for (struct interface *interface = uk_lwip_interfaces; interface != NULL;
	     interface = interface->next) {
		if (!ip4_addr_isany_val(*netif_ip4_addr(&interface->netif)))
			return true;
	}
	return false;
}

int uk_network_wait(uint64_t deadline)
{
	while (!has_address()) {
		if (uk_lwip_interfaces == NULL || uk_wait(&address_waiters, deadline) != 0)
			return -ENETUNREACH;
	}
	return 0;
}

/* "A.B.C.D/BITS"; false when it is not that. */
static bool parse_network(const char *text, ip4_addr_t *address, ip4_addr_t *mask)
{
	const char *slash = uk_lwip_parse_address(text, address);
	unsigned bits = 0;

	if (slash == NULL || *slash != '/')
		return false;

	for (const char *digit = slash + 1; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9' || bits > 32)
			return false;
		bits = bits * 10 + (unsigned)(*digit - '0');
	}
	if (slash[1] == '\0' || bits > 32)
		return false;
	mask->addr = bits == 0 ? 0 : lwip_htonl(UINT32_MAX << (32 - bits));
	return true;
}

/* What the configuration says of this very interface, found by its hardware address; NULL when it
 * says nothing. */
static const char *network_of(const struct interface *interface)
{
	char key[] = "net.address.000000000000";
	char *digits = key + strlen("net.address.");

	for (unsigned i = 0; i < sizeof(interface->device->address); i++) {
		*digits++ = "0123456789abcdef"[interface->device->address[i] >> 4];
		*digits++ = "0123456789abcdef"[interface->device->address[i] & 15];
	}
	return uk_boot_config_get(key);
}

static void configure(struct interface *interface, const char *network, const char *router)
{
	struct netif *netif = &interface->netif;
	const char *hostname = uk_boot_config_get("hostname");
	ip4_addr_t address, mask, gateway;

	netif_set_hostname(netif, hostname != NULL ? hostname : HOSTNAME_DEFAULT);
	netif_set_status_callback(netif, address_changed);
	netif_set_up(netif);
	if (network == NULL) {
#if LWIP_DHCP
		uk_lwip_dhcp_needed();
		if (dhcp_start(netif) != ERR_OK)
			complain("[unikernel] network: out of memory for DHCP\n");
#else
		complain("[unikernel] network: no net.address in the configuration, and this "
			 "image has no DHCP\n");
#endif
		return;
	}
	const char *end = "";

	ip4_addr_set_zero(&gateway);
	if (router != NULL)
		end = uk_lwip_parse_address(router, &gateway);
	if (!parse_network(network, &address, &mask) || end == NULL || *end != '\0') {
		complain("[unikernel] network: an address must be A.B.C.D/BITS and net.gateway "
			 "A.B.C.D\n");
		return;
	}
	netif_set_addr(netif, &address, &mask, &gateway);
}

static unsigned poll_network(struct uk_poller *poller)
{
	unsigned done = 0;

	(void)poller;
	for (struct interface *interface = uk_lwip_interfaces; interface != NULL;
	     interface = interface->next)
		done += uk_lwip_interface_poll(interface);
	for (struct netif *netif = netif_list; netif != NULL; netif = netif->next) {
		if (netif->loop_first != NULL) {
			netif_poll(netif);
			done++;
		}
	}
	return done;
}

static bool arm_network(struct uk_poller *poller)
{
	bool quiet = true;

	(void)poller;
	for (struct interface *interface = uk_lwip_interfaces; interface != NULL;
	     interface = interface->next)
		quiet &= uk_lwip_interface_arm(interface);
	return quiet;
}

static struct uk_poller network_poller = {.poll = poll_network, .arm = arm_network};

static void start(void)
{
	/* For the first interface of which nothing else is said: it leads to everywhere else. */
	const char *network = uk_boot_config_get("net.address");
	const char *router = uk_boot_config_get("net.gateway");

	lwip_init();
	uk_lwip_interfaces_add();
	for (struct interface *interface = uk_lwip_interfaces; interface != NULL;
	     interface = interface->next) {
		const char *own = network_of(interface);

		if (own != NULL) {
			configure(interface, own, NULL);
			continue;
		}
		if (netif_default == NULL)
			netif_set_default(&interface->netif);
		configure(interface, network, router);
		network = NULL;
	}
	uk_poller_add(&network_poller);
	uk_network_flush();
}
UK_INIT(UK_STAGE_SERVICE, start);
