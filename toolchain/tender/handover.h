/*
 * The guest's interfaces in networks. Each is a pair of sockets that carries frames, each after its
 * length in four bytes, in messages of whole frames: one end is the guest's, the other is handed to
 * whoever connects to the interface's path, which is the network's switch. It is kept here as well:
 * a switch may end and another one take its place, and the guest is only not heard meanwhile.
 */
#ifndef TENDER_HANDOVER_H
#define TENDER_HANDOVER_H

#include "options.h"

/* Makes one; returns the guest's end. */
int handover_open(const struct option_switch *interface);
/* Somebody asks for one. */
void handover_arrived(unsigned index);

#endif
