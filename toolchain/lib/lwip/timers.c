/* lwIP's periodic work, each on a timer of its own; that of TCP only while there are
 * connections, that of DHCP only where an interface asks for its address. */
#include <lwip/opt.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ip4_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <uk/plat.h>
#include <uk/time.h>
#include "timers.h"

#define NS_PER_MS 1000000ULL

struct periodic {
	struct uk_timer timer;
	void (*work)(void);
	unsigned interval_ms;
};

static bool connections_exist(void)
{
	return tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL;
}

static void start(struct periodic *periodic);

static void fire(struct uk_timer *timer)
{
	struct periodic *periodic = (struct periodic *)timer;

	periodic->work();
	if (periodic->work == tcp_tmr && !connections_exist())
		return;
	start(periodic);
}

static struct periodic tcp_timer = {{.fire = fire}, tcp_tmr, TCP_TMR_INTERVAL};
static struct periodic others[] = {
	{{.fire = fire}, etharp_tmr, ARP_TMR_INTERVAL},
#if IP_REASSEMBLY
	{{.fire = fire}, ip_reass_tmr, IP_TMR_INTERVAL},
#endif
};
#if LWIP_DHCP
static struct periodic dhcp_timers[] = {
	{{.fire = fire}, dhcp_fine_tmr, DHCP_FINE_TIMER_MSECS},
	{{.fire = fire}, dhcp_coarse_tmr, DHCP_COARSE_TIMER_MSECS},
};
#endif

/* Work that is always there happens at whole multiples of its interval, so that what is due at
 * about the same time wakes an idle guest once. */
static void start(struct periodic *periodic)
{
	uint64_t interval = periodic->interval_ms * NS_PER_MS;
	uint64_t from = uk_clock_monotonic();

	if (periodic != &tcp_timer)
		from -= from % interval;
	uk_timer_set(&periodic->timer, from + interval);
}

/* lwIP has made its first connection. */
void tcp_timer_needed(void)
{
	if (!tcp_timer.timer.set && connections_exist())
		start(&tcp_timer);
}

void sys_timeouts_init(void)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		start(&others[i]);
}

#if LWIP_DHCP
void uk_lwip_dhcp_needed(void)
{
	for (size_t i = 0; i < sizeof(dhcp_timers) / sizeof(dhcp_timers[0]); i++)
		if (!dhcp_timers[i].timer.set)
			start(&dhcp_timers[i]);
}
#endif

u32_t sys_now(void)
{
	return (u32_t)(uk_clock_monotonic() / NS_PER_MS);
}
