/* DHCP (RFC 2131): every guest has an address that is its own for ever, and is told it. */
#ifndef SWITCH_DHCP_H
#define SWITCH_DHCP_H

#include "members.h"

struct dhcp_answer {
	size_t length; /* 0: there is nothing to answer */
	bool to_everybody; /* the guest cannot receive packets to its address yet */
};

/* Reads a guest's request and writes at most `size` bytes of answer. */
struct dhcp_answer dhcp_answer(const struct network *network, const struct identity *guest,
			       const uint8_t *request, size_t length, uint8_t *answer, size_t size);

#endif
