/* lwIP's periodic work. */
#ifndef UK_LWIP_TIMERS_H
#define UK_LWIP_TIMERS_H

/* Before the first interface asks by DHCP: guests whose address is given do not wake up for it. */
void uk_lwip_dhcp_needed(void);

#endif
