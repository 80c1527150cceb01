/* Questions about names of elsewhere: the host's own name server answers them. */
#ifndef SWITCH_RESOLVER_H
#define SWITCH_RESOLVER_H

#include "filter.h"

/* False when the host has no name server, or too much is asked already. */
bool resolver_ask(unsigned port, const struct datagram *query);
/* Something has arrived for a question. */
void resolver_happened(unsigned index, const struct network *network);
/* Forgets what nobody answers; returns in how many milliseconds to come back, or -1. */
int resolver_expire(uint64_t now_ms);

#endif
