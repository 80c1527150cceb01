// The one page that is served.
#pragma once
#include <stddef.h>

#define PAGE_BYTES_MAX 4096

// Writes the page with the greeting, which may be any text; returns its length in bytes.
size_t format_page(char *page, size_t capacity, const char *greeting);
