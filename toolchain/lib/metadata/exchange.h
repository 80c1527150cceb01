/* One request to the metadata server, and its answer, on a connection of their own. */
#ifndef METADATA_EXCHANGE_H
#define METADATA_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>
#include "answer.h"

/*
 * Sends the request, a string, and stores the answer in `buffer`, at most until a monotonic
 * deadline. Returns the length of what follows answer->body, or -ECONNREFUSED, -ETIMEDOUT,
 * -EMSGSIZE (it does not fit), -EPROTO (it is no answer) or -ENOMEM.
 */
long metadata_exchange(const char *request, char *buffer, size_t size, uint64_t deadline,
		       struct metadata_answer *answer);

#endif
