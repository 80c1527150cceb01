/*
 * The network stack as other libraries see it: lwIP's callback interface (lwip/tcp.h,
 * lwip/udp.h) plus what is here. lwIP is not re-entrant: its callbacks MUST NOT wait.
 */
#ifndef UK_LWIP_H
#define UK_LWIP_H

#include <stdbool.h>
#include <stdint.h>
#include <lwip/err.h>
#include <lwip/ip_addr.h>

/*
 * Waits until an interface has an address, at most until a monotonic deadline (ns). Returns 0,
 * or -ENETUNREACH when there is no interface or none got an address in time.
 */
int uk_network_wait(uint64_t deadline);

/* Hands queued packets to the devices now. Otherwise that happens when the caller next waits,
 * which is cheaper when more packets follow. */
void uk_network_flush(void);

/* The negative errno of an lwIP error; 0 for ERR_OK. */
int uk_lwip_errno(err_t error);

/* The address of the n-th name server, 0 when there is none. Network byte order. */
uint32_t uk_network_name_server(unsigned index);

#endif
