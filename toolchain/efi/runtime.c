/* What compilers call without being asked. */
#include <stddef.h>

void *memcpy(void *target, const void *source, size_t length)
{
	void *result = target;

	__asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(length)::"memory");
	return result;
}

void *memset(void *target, int value, size_t length)
{
	void *result = target;

	__asm__ volatile("rep stosb" : "+D"(target), "+c"(length) : "a"(value) : "memory");
	return result;
}

int memcmp(const void *left, const void *right, size_t length)
{
	const unsigned char *a = left, *b = right;

	for (size_t i = 0; i < length; i++)
		if (a[i] != b[i])
			return a[i] - b[i];
	return 0;
}
