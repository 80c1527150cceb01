#include "base64.h"
#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t metadata_base64_decode(char *text, size_t length)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t bytes = 0;

	for (size_t i = 0; i < length; i++) {
		const char *digit = memchr(digits, text[i], sizeof(digits) - 1);

		if (digit == NULL)
			break;
		bits = bits << 6 | (uint32_t)(digit - digits);
		held += 6;
		if (held >= 8) {
			held -= 8;
			text[bytes++] = (char)(bits >> held);
		}
	}
	return bytes;
}
