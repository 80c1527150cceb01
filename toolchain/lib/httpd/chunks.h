/* Chunked bodies, decoded in place as they arrive. */
#ifndef HTTPD_CHUNKS_H
#define HTTPD_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

enum chunk_state {
	CHUNK_SIZE_START, /* at least one digit */
	CHUNK_SIZE,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER_START, /* of a line */
	CHUNK_TRAILER,
	CHUNK_TRAILER_LF,
	CHUNK_END_LF,
	CHUNK_DONE,
};

struct chunks {
	enum chunk_state state;
	uint64_t left;	      /* of this chunk; while its size is read: the size */
	size_t overhead;      /* bytes of extensions and trailers so far */
};

/*
 * Reads from bytes[*raw] up to bytes[length], and moves the content to bytes[*decoded] on.
 * Returns 0, or the status that refuses the body: 400, or 413 when *decoded would pass
 * decoded_max. chunks->state says whether the end has come; *raw is then behind it.
 */
int chunks_decode(struct chunks *chunks, char *bytes, size_t length, size_t *raw,
		  size_t *decoded, size_t decoded_max);

#endif
