/* Addresses of the guest's configuration. */
#ifndef UK_LWIP_ADDRESS_H
#define UK_LWIP_ADDRESS_H

#include <lwip/ip4_addr.h>

/* Reads "A.B.C.D" and returns what stands behind it; NULL when it is not that. */
const char *uk_lwip_parse_address(const char *text, ip4_addr_t *address);

#endif
