/* An answer of a metadata server, in HTTP/1.0 or 1.1 without chunks. */
#ifndef METADATA_ANSWER_H
#define METADATA_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct metadata_answer {
	unsigned status;
	const char *head;
	size_t head_length;
	/* Where the body begins, and how long it says that it is; SIZE_MAX: until the end. */
	size_t body;
	size_t body_length;
};

/* False: its head is not whole yet, or it is none. */
bool metadata_answer_parse(const char *bytes, size_t length, struct metadata_answer *answer);
/* The value of a header field, without blanks around it; NULL: it has none. */
const char *metadata_answer_field(const struct metadata_answer *answer, const char *name,
				  size_t *length);

#endif
