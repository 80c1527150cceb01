/*
 * Parses request heads strictly: what a proxy before us might understand in another way is
 * refused, since that is how requests are smuggled (RFC 9112, sections 2.2, 5 and 6).
 */
#include "head.h"
#include <string.h>

static bool is_token_character(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool is_token(struct span span)
{
	for (size_t i = 0; i < span.length; i++) {
		if (!is_token_character((unsigned char)span.start[i]))
			return false;
	}
	return span.length > 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool span_equals_ignoring_case(struct span span, const char *text)
{
	size_t i = 0;

	for (; i < span.length && text[i] != '\0'; i++) {
		if (lower(span.start[i]) != lower(text[i]))
			return false;
	}
	return i == span.length && text[i] == '\0';
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
	/* The end may straddle what was there before. */
	size_t from = *scanned > 3 ? *scanned - 3 : 0;

	while (from < length) {
		const char *cr = memchr(bytes + from, '\r', length - from);

		if (cr == NULL)
			break;
		from = (size_t)(cr - bytes);
		if (length - from < 4)
			break;
		if (memcmp(cr, "\r\n\r\n", 4) == 0)
			return from + 4;
		from++;
	}
	*scanned = length;
	return 0;
}

/* The next line without its CRLF; false when a CR or LF stands elsewhere. */
static bool next_line(const char **position, const char *end, struct span *line)
{
	const char *start = *position;
	const char *cr = memchr(start, '\r', (size_t)(end - start));

	if (cr == NULL || cr + 1 >= end || cr[1] != '\n')
		return false;
	*line = (struct span){start, (size_t)(cr - start)};
	*position = cr + 2;
	return memchr(start, '\n', line->length) == NULL;
}

static int parse_request_line(struct span line, struct head *head)
{
	const char *space = memchr(line.start, ' ', line.length);

	if (space == NULL)
		return 400;
	head->method = (struct span){line.start, (size_t)(space - line.start)};
	const char *target = space + 1;
	size_t left = line.length - head->method.length - 1;

	space = memchr(target, ' ', left);
	if (space == NULL || !is_token(head->method))
		return 400;
	head->target = (struct span){target, (size_t)(space - target)};
	struct span version = {space + 1, left - head->target.length - 1};

	if (head->target.length == 0)
		return 400;
	for (size_t i = 0; i < head->target.length; i++) {
		unsigned char c = (unsigned char)target[i];

		if (c <= ' ' || c >= 0x7f || c == '#')
			return 400;
	}
	if (version.length != 8 || memcmp(version.start, "HTTP/", 5) != 0 ||
	    version.start[5] < '0' || version.start[5] > '9' || version.start[6] != '.' ||
	    version.start[7] < '0' || version.start[7] > '9')
		return 400;
	if (version.start[5] != '1')
		return 505;
	head->minor_version = version.start[7] - '0';
	return 0;
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

static int parse_header(struct span line, struct head *head)
{
	const char *colon = memchr(line.start, ':', line.length);

	/* No colon, white space before it, or a line that continues the one before. */
	if (colon == NULL)
		return 400;
	struct span name = {line.start, (size_t)(colon - line.start)};
	struct span value = trim((struct span){colon + 1, line.length - name.length - 1});

	if (!is_token(name))
		return 400;
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.start[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return 400;
	}
	if (head->header_count == HEADERS_MAX)
		return 431;
	head->headers[head->header_count].name = name;
	head->headers[head->header_count].value = value;
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
	for (size_t i = 0; i < host.length; i++) {
		if (host.start[i] == ' ' || host.start[i] == '\t' || host.start[i] == ',' ||
		    host.start[i] == '/' || host.start[i] == '@')
			return false;
	}
	return true;
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
	struct span line;
	int status;

	head->header_count = 0;
	head->framing = FRAMING_NONE;
	head->content_length = 0;
	head->expects_continue = false;
	if (!next_line(&position, end, &line))
		return 400;
	status = parse_request_line(line, head);
	while (status == 0) {
		if (!next_line(&position, end, &line))
			return 400;
		if (line.length == 0)
			return position == end ? interpret(head) : 400;
		status = parse_header(line, head);
	}
	return status;
}
