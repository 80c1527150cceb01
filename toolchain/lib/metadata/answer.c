#include "answer.h"
#include <stdint.h>
#include <string.h>

#define STATUS_AT 9 /* behind "HTTP/1.x " */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_field(const char *line, size_t length, const char *name)
{
	size_t at = 0;

	while (at < length && name[at] != '\0' && lower(line[at]) == lower(name[at]))
		at++;
	return name[at] == '\0' && at < length && line[at] == ':';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *metadata_answer_field(const struct metadata_answer *answer, const char *name,
				  size_t *length)
{
	const char *line = answer->head, *end = answer->head + answer->head_length;

	while (line < end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *last = next != NULL ? next : end;

		if (is_field(line, (size_t)(last - line), name)) {
			const char *value = line + strlen(name) + 1;

			while (value < last && is_blank(*value))
				value++;
			while (last > value && (is_blank(last[-1]) || last[-1] == '\r'))
				last--;
			*length = (size_t)(last - value);
			return value;
		}
		line = last + 1;
	}
	return NULL;
}

static bool parse_number(const char *digits, size_t length, size_t *number)
{
	*number = 0;
	for (size_t i = 0; i < length; i++) {
		if (digits[i] < '0' || digits[i] > '9' || *number > SIZE_MAX / 16)
			return false;
		*number = *number * 10 + (size_t)(digits[i] - '0');
	}
	return length > 0;
}

/* Where the empty line behind the head ends; 0: there is none. */
static size_t end_of_head(const char *bytes, size_t length)
{
	for (size_t at = 3; at < length; at++)
		if (memcmp(bytes + at - 3, "\r\n\r\n", 4) == 0)
			return at + 1;
	return 0;
}

bool metadata_answer_parse(const char *bytes, size_t length, struct metadata_answer *answer)
{
	size_t end = end_of_head(bytes, length);
	size_t status, digits;

	if (end == 0 || end < STATUS_AT + 3 || memcmp(bytes, "HTTP/1.", 7) != 0 ||
	    !parse_number(bytes + STATUS_AT, 3, &status))
		return false;
	answer->status = (unsigned)status;
	answer->head = bytes;
	answer->head_length = end;
	answer->body = end;
	answer->body_length = SIZE_MAX;
	const char *value = metadata_answer_field(answer, "Content-Length", &digits);

	return value == NULL || parse_number(value, digits, &answer->body_length);
}
