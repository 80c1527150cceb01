/*
 * The functions that compilers call on their own. Weak, so that libc's better ones win; small,
 * since without libc only start-up code and tests use them. This file is compiled to machine
 * code even in link-time optimisation: calls to these appear only when it is over.
 */
#include <stddef.h>

#define WEAK __attribute__((weak))

WEAK void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	void *result = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length)::"memory");
	return result;
}

WEAK void *memmove(void *to, const void *from, size_t length)
{
	char *last_to = (char *)to + length;
	const char *last_from = (const char *)from + length;

	if ((size_t)((char *)to - (const char *)from) >= length)
		return memcpy(to, from, length);
	while (length--)
		*--last_to = *--last_from;
	return to;
}

WEAK void *memset(void *to, int value, size_t length)
{
	void *result = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
	return result;
}

WEAK int memcmp(const void *left, const void *right, size_t length)
{
	const unsigned char *a = left, *b = right;

	for (; length && *a == *b; length--)
		a++, b++;
	return length ? *a - *b : 0;
}

WEAK size_t strlen(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}
