/* The state machine of chunked bodies (RFC 9112, section 7.1). Extensions and trailers are
 * read over, as far as there are few. */
#include "chunks.h"
#include <string.h>

#define OVERHEAD_MAX 8192

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int take_size_character(struct chunks *chunks, char c)
{
	int digit = hex_digit(c);

	if (digit >= 0) {
		if (chunks->left >> 56 != 0)
			return 413;
		chunks->left = chunks->left << 4 | (uint64_t)digit;
		chunks->state = CHUNK_SIZE;
		return 0;
	}
	if (chunks->state == CHUNK_SIZE_START)
		return 400;
	if (c == '\r')
		chunks->state = CHUNK_SIZE_LF;
	else if (c == ';')
		chunks->state = CHUNK_EXTENSION;
	else
		return 400;
	return 0;
}

/* Lines that are read over: anything but control characters, ended by CR LF. */
static int skip_character(struct chunks *chunks, char c, enum chunk_state after_cr)
{
	if (c == '\r')
		chunks->state = after_cr;
	else if ((unsigned char)c < ' ' && c != '\t')
		return 400;
	else if (++chunks->overhead > OVERHEAD_MAX)
		return 400;
	return 0;
}

static int take_character(struct chunks *chunks, char c)
{
	switch (chunks->state) {
	case CHUNK_SIZE_START:
	case CHUNK_SIZE:
		return take_size_character(chunks, c);
	case CHUNK_EXTENSION:
		return skip_character(chunks, c, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		chunks->state = chunks->left > 0 ? CHUNK_DATA : CHUNK_TRAILER_START;
		return c == '\n' ? 0 : 400;
	case CHUNK_DATA_CR:
		chunks->state = CHUNK_DATA_LF;
		return c == '\r' ? 0 : 400;
	case CHUNK_DATA_LF:
		chunks->state = CHUNK_SIZE_START;
		return c == '\n' ? 0 : 400;
	case CHUNK_TRAILER_START:
		if (c == '\r') {
			chunks->state = CHUNK_END_LF;
			return 0;
		}
		chunks->state = CHUNK_TRAILER;
		__attribute__((fallthrough));
	case CHUNK_TRAILER:
		return skip_character(chunks, c, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LF:
		chunks->state = CHUNK_TRAILER_START;
		return c == '\n' ? 0 : 400;
	case CHUNK_END_LF:
		chunks->state = CHUNK_DONE;
		return c == '\n' ? 0 : 400;
	case CHUNK_DATA:
	case CHUNK_DONE:
		break;
	}
	return 400;
}

int chunks_decode(struct chunks *chunks, char *bytes, size_t length, size_t *raw,
		  size_t *decoded, size_t decoded_max)
{
	while (*raw < length && chunks->state != CHUNK_DONE) {
		if (chunks->state == CHUNK_DATA) {
			size_t piece = length - *raw;

			if (piece > chunks->left)
				piece = (size_t)chunks->left;
			memmove(bytes + *decoded, bytes + *raw, piece);
			*raw += piece;
			*decoded += piece;
			chunks->left -= piece;
			if (chunks->left == 0)
				chunks->state = CHUNK_DATA_CR;
			continue;
		}
		int status = take_character(chunks, bytes[(*raw)++]);

		if (status != 0)
			return status;
		if (chunks->state == CHUNK_DATA && chunks->left > decoded_max - *decoded)
			return 413;
	}
	return 0;
}
