/* DNS (RFC 1035): reading a guest's question, and answering it. */
#ifndef SWITCH_DNS_H
#define SWITCH_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_BYTES_MAX 253
#define DNS_HEADER_BYTES 12
/* An answer has at most as many bytes more than its question. */
#define DNS_ANSWER_BYTES 16

enum dns_status { DNS_NO_ERROR = 0, DNS_FORMAT_ERROR = 1, DNS_NO_SUCH_NAME = 3, DNS_NOT_IMPLEMENTED = 4 };
enum { DNS_TYPE_ADDRESS = 1, DNS_TYPE_ANY = 255, DNS_CLASS_INTERNET = 1 };

struct dns_question {
	char name[DNS_NAME_BYTES_MAX + 1]; /* lower case, without the last dot */
	bool has_dot;
	uint16_t type, class;
	size_t end; /* where the question ends in the query */
};

/* False when it is no query at all: nothing is to be answered. Else *status says whether there is
 * a question that can be answered. */
bool dns_read(const uint8_t *query, size_t length, struct dns_question *question,
	      enum dns_status *status);

/* Writes an answer, with the address unless it is NULL or has not been asked for; its length. */
size_t dns_write(const uint8_t *query, const struct dns_question *question, enum dns_status status,
		 const uint32_t *address, uint8_t *answer);

#endif
