/* Text that stands for bytes (RFC 4648, section 4). */
#ifndef METADATA_BASE64_H
#define METADATA_BASE64_H

#include <stddef.h>

/* Decodes in place, up to the first character that is none of its own; returns the bytes. */
size_t metadata_base64_decode(char *text, size_t length);

#endif
