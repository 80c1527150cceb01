/* Relays TCP connections. */
#ifndef TENDER_RELAY_H
#define TENDER_RELAY_H

#include "loop.h"
#include "sockets.h"

/* Takes over a connection that was accepted and relays it to an address. */
void relay_start(int accepted, const struct internet_address *target);
void relay_happened(unsigned index, uint32_t events);

#endif
