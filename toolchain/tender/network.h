/* The guest's network: a descriptor that carries Ethernet frames. */
#ifndef TENDER_NETWORK_H
#define TENDER_NETWORK_H

#include "options.h"
#include <uk/tender-abi.h>

/* Opens the network that the options ask for, if any, and describes it in *boot. Returns the
 * process id of the helper that was started, 0 without one. */
long network_open(const struct options *options, char **environment, struct uk_tender_boot *boot);

#endif
