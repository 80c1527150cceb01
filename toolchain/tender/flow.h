/* Relays UDP datagrams. */
#ifndef TENDER_FLOW_H
#define TENDER_FLOW_H

#include "loop.h"
#include "sockets.h"

/* Datagrams have arrived at a listening socket: they go to `target`, each client's from a socket
 * of its own, so that answers find back. */
void flow_arrived(int listener, const struct internet_address *target);
void flow_answered(unsigned index);
/* A listening socket is about to be closed. */
void flow_forget(int listener);

#endif
