/* Strings, numbers and complaints; and the functions that a compiler may call by itself. */
#include "text.h"
#include "kernel.h"

/* The switch is built with this file too. */
#ifndef PROGRAM_NAME
#define PROGRAM_NAME "tender"
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	void *result = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length)::"memory");
	return result;
}

void *memset(void *to, int value, size_t length)
{
	void *result = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
	return result;
}

void *memmove(void *to, const void *from, size_t length)
{
	if ((uintptr_t)to - (uintptr_t)from >= length)
		return memcpy(to, from, length);
	for (volatile char *bytes = to; length--;)
		bytes[length] = ((const char *)from)[length];
	return to;
}

int memcmp(const void *left, const void *right, size_t length)
{
	const unsigned char *one = left, *other = right;

	for (; length; length--, one++, other++)
		if (*one != *other)
			return *one - *other;
	return 0;
}

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

bool text_equal(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return *left == *right;
}

bool text_starts(const char *text, const char *start)
{
	while (*start && *text == *start)
		text++, start++;
	return !*start;
}

bool text_number(const char **text, char end, uint64_t most, uint64_t *value)
{
	const char *at = *text;
	uint64_t number = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (number > (most - digit) / 10 && (number > most / 10 || number * 10 > most - digit))
			return false;
		number = number * 10 + digit;
	}
	if (*at != end)
		return false;
	*text = end ? at + 1 : at;
	*value = number;
	return true;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool text_mac(const char **text, char end, uint8_t mac[6])
{
	const char *at = *text;

	for (unsigned i = 0; i < 6; i++, at += 3) {
		int high = hex_digit(at[0]), low = high < 0 ? -1 : hex_digit(at[1]);

		if (low < 0 || at[2] != (i < 5 ? ':' : end))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	*text = end ? at : at - 1;
	return !(mac[0] & 1);
}

void text_add(struct text *text, const char *more)
{
	while (*more && text->length < text->size)
		text->bytes[text->length++] = *more++;
}

void text_add_number(struct text *text, uint64_t value)
{
	char digits[21];
	unsigned at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_add(text, digits + at);
}

void text_add_hex(struct text *text, uint64_t value)
{
	char digits[17] = {0};

	for (unsigned at = 16; at--; value >>= 4)
		digits[at] = "0123456789abcdef"[value & 15];
	text_add(text, digits);
}

/* The errors that people meet; the others are told by number. */
static const char *reason_of(long error)
{
	switch (-error) {
	case 0: return "not understood";
	case 1: return "not permitted";
	case 2: return "no such file";
	case 11: return "a limit of this system is reached";
	case 12: return "not enough memory";
	case 13: return "permission denied";
	case 16: return "in use";
	case 17: return "exists already";
	case 24: return "too many open files";
	case 28: return "no space left";
	case 38: return "this kernel does not have it";
	case 98: return "in use";
	case 99: return "not an address of this machine";
	default: return NULL;
	}
}

void text_add_error(struct text *text, long error)
{
	const char *reason = reason_of(error);

	text_add(text, reason ? reason : "error ");
	if (!reason)
		text_add_number(text, (uint64_t)-error);
}

void complain(const char *what, const char *subject, long error)
{
	char bytes[1024];
	struct text text = {bytes, sizeof(bytes) - 1, 0};

	text_add(&text, PROGRAM_NAME ": ");
	text_add(&text, what);
	if (subject) {
		text_add(&text, ": ");
		text_add(&text, subject);
	}
	if (error) {
		text_add(&text, ": ");
		text_add_error(&text, error);
	}
	bytes[text.length++] = '\n';
	call(CALL_WRITE, 2, bytes, text.length);
}

_Noreturn void fail(const char *what, const char *subject, long error)
{
	complain(what, subject, error);
	call(CALL_EXIT_GROUP, 125);
	__builtin_unreachable();
}
