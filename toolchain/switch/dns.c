/* DNS (RFC 1035). */
#include "dns.h"
#include "bytes.h"

#define FLAGS 2
#define FLAG_RESPONSE 0x8000
#define FLAG_AUTHORITATIVE 0x0400
#define FLAG_RECURSION_DESIRED 0x0100
#define FLAG_RECURSION_AVAILABLE 0x0080
#define OPERATION 0x7800
#define QUESTIONS 4
#define ANSWERS 6
#define LABEL_BYTES_MAX 63
/* The name stands in the question. */
#define POINTER_TO_QUESTION 0xc00c

/* The name, labels between dots; false when it is none. */
static bool read_name(const uint8_t *query, size_t length, struct dns_question *question)
{
	size_t at = DNS_HEADER_BYTES, written = 0;

	question->has_dot = false;
	while (at < length && query[at]) {
		size_t label = query[at++];

		/* A question's name has no pointers: there is nothing before it. */
		if (label > LABEL_BYTES_MAX || label > length - at)
			return false;
		if (written + label + 1 > DNS_NAME_BYTES_MAX)
			return false;
		if (written) {
			question->name[written++] = '.';
			question->has_dot = true;
		}
		for (; label; label--, at++) {
			uint8_t character = query[at];

			/* Such a name could not be told from another. */
			if (character == '.' || !character)
				return false;
			if (character >= 'A' && character <= 'Z')
				character |= 0x20;
			question->name[written++] = (char)character;
		}
	}
	question->name[written] = '\0';
	question->end = at + 1;
	return at < length;
}

bool dns_read(const uint8_t *query, size_t length, struct dns_question *question,
	      enum dns_status *status)
{
	uint16_t flags;

	if (length < DNS_HEADER_BYTES)
		return false;
	flags = read16(query + FLAGS);
	if (flags & FLAG_RESPONSE)
		return false;
	question->end = DNS_HEADER_BYTES;
	*status = DNS_NOT_IMPLEMENTED;
	if (flags & OPERATION)
		return true;
	*status = DNS_FORMAT_ERROR;
	if (read16(query + QUESTIONS) != 1)
		return true;
	if (!read_name(query, length, question) || length - question->end < 4) {
		question->end = DNS_HEADER_BYTES;
		return true;
	}
	question->type = read16(query + question->end);
	question->class = read16(query + question->end + 2);
	question->end += 4;
	*status = DNS_NO_ERROR;
	return true;
}

size_t dns_write(const uint8_t *query, const struct dns_question *question, enum dns_status status,
		 const uint32_t *address, uint8_t *answer)
{
	const bool has_question = question->end > DNS_HEADER_BYTES;
	uint16_t kept = read16(query + FLAGS) & (OPERATION | FLAG_RECURSION_DESIRED);
	uint8_t *at = answer + question->end;

	__builtin_memcpy(answer, query, question->end);
	__builtin_memset(answer + QUESTIONS, 0, DNS_HEADER_BYTES - QUESTIONS);
	write16(answer + FLAGS, (uint16_t)(kept | FLAG_RESPONSE | FLAG_AUTHORITATIVE |
					   FLAG_RECURSION_AVAILABLE | status));
	write16(answer + QUESTIONS, has_question);
	if (!has_question || !address || question->class != DNS_CLASS_INTERNET ||
	    (question->type != DNS_TYPE_ADDRESS && question->type != DNS_TYPE_ANY))
		return question->end;
	write16(answer + ANSWERS, 1);
	write16(at, POINTER_TO_QUESTION);
	write16(at + 2, DNS_TYPE_ADDRESS);
	write16(at + 4, DNS_CLASS_INTERNET);
	/* Valid for no time: the name moves when a guest is replaced. */
	write32(at + 6, 0);
	write16(at + 10, 4);
	write32(at + 12, *address);
	return question->end + DNS_ANSWER_BYTES;
}
