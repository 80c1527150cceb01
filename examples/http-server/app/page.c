#include "page.h"

#include <string.h>

static const char before[] = "<!doctype html>\n"
			     "<html lang=\"en\">\n"
			     "<meta charset=\"utf-8\">\n"
			     "<title>A unikernel</title>\n"
			     "<h1>";
static const char after[] = "</h1>\n"
			    "<p>This page comes from a virtual machine that holds one program "
			    "and the libraries it needs, and nothing else.</p>\n"
			    "</html>\n";

// Text as HTML: what would end the text is written as an entity.
static const char *entity(char character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

// Appends as much as leaves room for `after`; returns the new length.
static size_t append(char *page, size_t length, size_t limit, const char *text, size_t text_length)
{
	if (text_length > limit - length)
		return length;
	memcpy(page + length, text, text_length);
	return length + text_length;
}

size_t format_page(char *page, size_t capacity, const char *greeting)
{
	size_t limit = capacity - strlen(after);
	size_t length = append(page, 0, limit, before, strlen(before));

	for (const char *character = greeting; *character; character++) {
		const char *escaped = entity(*character);

		length = append(page, length, limit, escaped ? escaped : character,
				escaped ? strlen(escaped) : 1);
	}
	return append(page, length, capacity, after, strlen(after));
}
