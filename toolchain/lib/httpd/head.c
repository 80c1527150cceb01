/*
 * Parses request heads strictly: what a proxy before us might understand in another way is
 * refused, since that is how requests are smuggled (RFC 9112, sections 2.2, 5 and 6).
 */
#include "head.h"
#include "characters.h"
#include <string.h>

bool is_token(struct span span)
{
	return span.length > 0 && count_characters(span.start, span.start + span.length,
						   CHARACTER_TOKEN) == span.length;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool equal_ignoring_case(const char *left, const char *right, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (lower(left[i]) != lower(right[i]))
			return false;
	}
	return true;
}

struct span head_header(const struct head *head, const char *name)
{
	for (size_t i = 0; i < head->header_count; i++) {
		if (span_equals_ignoring_case(head->headers[i].name, name))
			return head->headers[i].value;
	}
	return (struct span){NULL, 0};
}

size_t head_find_end(const char *bytes, size_t length, size_t *scanned)
{
	/* Where the last byte of the end may be, which may straddle what was there before. */
	size_t at = *scanned > 3 ? *scanned : 3;

	while (at < length) {
		if (bytes[at] == '\n') {
			if (memcmp(bytes + at - 3, "\r\n\r\n", 4) == 0)
				return at + 1;
			at += 2;
		} else {
			/* The end's first or third byte; any other is no part of it. */
			at += bytes[at] == '\r' ? 1 : 4;
		}
	}
	*scanned = length;
	return 0;
}

/* A part of the request line, and the space behind it. */
static bool take_word(const char **position, const char *end, unsigned character_class,
		      struct span *word)
{
	*word = (struct span){*position, count_characters(*position, end, character_class)};
	const char *space = word->start + word->length;

	*position = space + 1;
	return word->length > 0 && space < end && *space == ' ';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int parse_request_line(const char **position, const char *end, struct head *head)
{
	if (!take_word(position, end, CHARACTER_TOKEN, &head->method) ||
	    !take_word(position, end, CHARACTER_TARGET, &head->target))
		return 400;
	const char *version = *position;

	if (end - version < 10 || memcmp(version, "HTTP/", 5) != 0 || !is_digit(version[5]) ||
	    version[6] != '.' || !is_digit(version[7]) || memcmp(version + 8, "\r\n", 2) != 0)
		return 400;
	*position = version + 10;
	if (version[5] != '1')
		return 505;
	head->minor_version = version[7] - '0';
	return 0;
}

/* Is there a control character among eight bytes? A tab is one, too. */
static bool has_control(const char *bytes)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
	uint64_t word, delete;

	memcpy(&word, bytes, 8);
	delete = word ^ 0x7f * ones;
	return (((word - ' ' * ones) & ~word) | ((delete - ones) & ~delete)) & tops;
}

static struct span trim(struct span span)
{
	while (span.length > 0 && (*span.start == ' ' || *span.start == '\t')) {
		span.start++;
		span.length--;
	}
	while (span.length > 0 &&
	       (span.start[span.length - 1] == ' ' || span.start[span.length - 1] == '\t'))
		span.length--;
	return span;
}

static int parse_header(const char **position, const char *end, struct head *head)
{
	struct span name = {*position, count_characters(*position, end, CHARACTER_TOKEN)};
	const char *value = name.start + name.length, *at = value;

	/* No name, no colon, white space before it, or a line that continues the one before. */
	if (name.length == 0 || at == end || *at != ':')
		return 400;
	at = ++value;
	while (end - at >= 8 && !has_control(at))
		at += 8;
	at += count_characters(at, end, CHARACTER_VALUE);
	if (end - at < 2 || at[0] != '\r' || at[1] != '\n')
		return 400;
	*position = at + 2;
	if (head->header_count == HEADERS_MAX)
		return 431;
	head->headers[head->header_count].name = name;
	head->headers[head->header_count].value = trim((struct span){value, (size_t)(at - value)});
	head->header_count++;
	return 0;
}

/* The next element of a comma-separated list; false at its end. */
static bool next_element(struct span *list, struct span *element)
{
	while (list->length > 0) {
		const char *comma = memchr(list->start, ',', list->length);
		size_t length = comma != NULL ? (size_t)(comma - list->start) : list->length;
		size_t step = comma != NULL ? length + 1 : length;

		*element = trim((struct span){list->start, length});
		list->start += step;
		list->length -= step;
		if (element->length > 0)
			return true;
	}
	return false;
}

static int take_content_length(struct span value, struct head *head)
{
	uint64_t number = 0;

	if (value.length == 0)
		return 400;
	for (size_t i = 0; i < value.length; i++) {
		char c = value.start[i];

		/* Digits only: no sign, no list, no space. */
		if (c < '0' || c > '9')
			return 400;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
			return 413;
	}
	head->framing = FRAMING_LENGTH;
	head->content_length = number;
	return 0;
}

static void take_connection(struct span value, struct head *head, bool *close)
{
	struct span option;

	while (next_element(&value, &option)) {
		if (span_equals_ignoring_case(option, "close"))
			*close = true;
		else if (span_equals_ignoring_case(option, "keep-alive"))
			head->keep_alive = true;
	}
}

static bool plausible_host(struct span host)
{
	return count_characters(host.start, host.start + host.length, CHARACTER_HOST) ==
	       host.length;
}

/* What the headers say about the message as a whole. */
static int interpret(struct head *head)
{
	unsigned hosts = 0, lengths = 0, encodings = 0;
	bool close = false;
	int status = 0;

	head->keep_alive = head->minor_version >= 1;
	for (size_t i = 0; i < head->header_count && status == 0; i++) {
		struct span name = head->headers[i].name, value = head->headers[i].value;

		if (span_equals_ignoring_case(name, "host")) {
			hosts++;
			if (!plausible_host(value))
				status = 400;
		} else if (span_equals_ignoring_case(name, "content-length")) {
			lengths++;
			status = take_content_length(value, head);
		} else if (span_equals_ignoring_case(name, "transfer-encoding")) {
			encodings++;
			/* Others would have to be undone before the body means anything. */
			if (!span_equals_ignoring_case(value, "chunked"))
				status = 501;
		} else if (span_equals_ignoring_case(name, "connection")) {
			take_connection(value, head, &close);
		} else if (span_equals_ignoring_case(name, "expect") && head->minor_version >= 1) {
			if (!span_equals_ignoring_case(value, "100-continue"))
				status = 417;
			head->expects_continue = true;
		}
	}
	if (status != 0)
		return status;
	if (hosts > 1 || (hosts == 0 && head->minor_version >= 1))
		return 400;
	/* One length, or one encoding, never both; and HTTP/1.0 has no encodings. */
	if (lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0) ||
	    (encodings > 0 && head->minor_version == 0))
		return 400;
	if (encodings > 0)
		head->framing = FRAMING_CHUNKED;
	if (close)
		head->keep_alive = false;
	return 0;
}

int head_parse(const char *bytes, size_t length, struct head *head)
{
	const char *position = bytes, *end = bytes + length;
	int status;

	head->header_count = 0;
	head->framing = FRAMING_NONE;
	head->content_length = 0;
	head->expects_continue = false;
	status = parse_request_line(&position, end, head);
	while (status == 0) {
		if (end - position == 2 && memcmp(position, "\r\n", 2) == 0)
			return interpret(head);
		status = parse_header(&position, end, head);
	}
	return status;
}
