/* Classes of the characters of a request head (RFC 9110, sections 5.5 and 5.6.2; RFC 3986). */
#ifndef HTTPD_CHARACTERS_H
#define HTTPD_CHARACTERS_H

#include <stddef.h>

#define CHARACTER_TOKEN 1  /* of a method or a header's name */
#define CHARACTER_TARGET 2 /* of what is asked for */
#define CHARACTER_VALUE 4  /* of a header's value, bytes beyond ASCII included */
#define CHARACTER_HOST 8   /* of a value that may be a host's name and port */

extern const unsigned char httpd_characters[256];

/* How many characters of the class stand at the start. */
static inline size_t count_characters(const char *start, const char *end, unsigned character_class)
{
	const char *at = start;

	while (at < end && (httpd_characters[(unsigned char)*at] & character_class))
		at++;
	return (size_t)(at - start);
}

#endif
