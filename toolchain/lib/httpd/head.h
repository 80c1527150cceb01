/* The head of a request: request line and headers. Pure: bytes in, a description out. */
#ifndef HTTPD_HEAD_H
#define HTTPD_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEADERS_MAX 64

struct span {
	const char *start;
	size_t length;
};

enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED };

struct head {
	struct span method, target;
	struct { struct span name, value; } headers[HEADERS_MAX];
	size_t header_count;
	int minor_version;
	/* What the headers say about the message: */
	enum framing framing;
	uint64_t content_length;
	bool keep_alive, expects_continue;
};

/*
 * The length of the head at the start of the bytes, its empty line included; 0 when its end
 * is not there yet. *scanned says how far an earlier call has looked and is updated.
 */
size_t head_find_end(const char *bytes, size_t length, size_t *scanned);
/* Parses a whole head. 0, or the status (400, 417, 431, 501, 505) that refuses it. */
int head_parse(const char *bytes, size_t length, struct head *head);
/* The value of a header; length 0 and start NULL when absent. */
struct span head_header(const struct head *head, const char *name);
bool equal_ignoring_case(const char *left, const char *right, size_t length);
static inline bool span_equals_ignoring_case(struct span span, const char *text)
{
	return span.length == strlen(text) && equal_ignoring_case(span.start, text, span.length);
}
bool is_token(struct span span);

#endif
