/* What the switch itself does for guests: its address, DHCP, names. */
#ifndef SWITCH_SERVICES_H
#define SWITCH_SERVICES_H

#include "members.h"

/* The file has been read again. */
void services_apply(const struct members *members);
/* Answers an allowed frame of a port, if it is one for the switch. */
void service_frame(const struct network *network, unsigned port, const uint8_t *frame);

#endif
