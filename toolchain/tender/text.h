/* Strings, numbers and complaints, as libc is not there to do it. */
#ifndef TENDER_TEXT_H
#define TENDER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t text_length(const char *text);
bool text_equal(const char *left, const char *right);
bool text_starts(const char *text, const char *start);

/* A decimal number that ends at the character `end`; moves *text behind it. */
bool text_number(const char **text, char end, uint64_t most, uint64_t *value);

/* Six bytes such as 02:67:0a:07:00:02, of one interface, that end at the character `end`; moves
 * *text behind it. */
bool text_mac(const char **text, char end, uint8_t mac[6]);

/* Text that is put together in a buffer of fixed size; what does not fit is left out. */
struct text {
	char *bytes;
	size_t size, length;
};
void text_add(struct text *text, const char *more);
void text_add_number(struct text *text, uint64_t value);
/* In words, what a system call returned; 0: it was not understood. */
void text_add_error(struct text *text, long error);
void text_add_hex(struct text *text, uint64_t value); /* sixteen digits */

/* Writes "PROGRAM: WHAT: SUBJECT: REASON" to stderr. SUBJECT may be NULL; error is what a system
 * call returned, 0 for none. */
void complain(const char *what, const char *subject, long error);
/* The same, and ends the process with status 125. */
_Noreturn void fail(const char *what, const char *subject, long error);

#endif
