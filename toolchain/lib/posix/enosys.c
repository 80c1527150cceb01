/*
 * The weak definition of every system call. What no selected library implements ends here,
 * answers as a kernel without it does, and says so once when POSIX_TRACE_ENOSYS is on.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <uk/plat.h>
#include <uk/direct.h>

#ifdef CONFIG_POSIX_TRACE_ENOSYS
/* What libraries try at first and do without, on older kernels too. */
static bool is_optional(const char *name)
{
	return !strcmp(name, "rseq") || !strcmp(name, "clone3");
}

static long missing(const char *name, bool *told)
{
	if (*told || is_optional(name))
		return -ENOSYS;
	*told = true;
	static const char before[] = "[unikernel] system call ";
	static const char after[] = " is not implemented\n";
	uk_console_write(before, sizeof(before) - 1);
	uk_console_write(name, strlen(name));
	uk_console_write(after, sizeof(after) - 1);
	return -ENOSYS;
}
#define MISSING(name)                                                                              \
	static bool told;                                                                          \
	return missing(name, &told)

/* "number 1234" */
static void name_number(char *name, unsigned long number)
{
	static const char before[] = "number ";
	char digits[20];
	unsigned count = 0;

	memcpy(name, before, sizeof(before) - 1);
	name += sizeof(before) - 1;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*name++ = digits[--count];
	*name = 0;
}
#else
#define MISSING(name) return -ENOSYS
#endif

long uk_unknown_system_call(long number)
{
#ifdef CONFIG_POSIX_TRACE_ENOSYS
	static long told[8];
	static unsigned count;
	char name[32];

	for (unsigned i = 0; i < count; i++)
		if (told[i] == number)
			return -ENOSYS;
	if (count == sizeof(told) / sizeof(told[0]))
		return -ENOSYS;
	told[count++] = number;
	bool is_told = false;
	name_number(name, (unsigned long)number);
	return missing(name, &is_told);
#else
	(void)number;
	return -ENOSYS;
#endif
}

#define TAKE0 void
#define TAKE1 long a
#define TAKE2 TAKE1, long b
#define TAKE3 TAKE2, long c
#define TAKE4 TAKE3, long d
#define TAKE5 TAKE4, long e
#define TAKE6 TAKE5, long f

#pragma clang diagnostic ignored "-Wunused-parameter"
#define UK_SYSCALL(name, arity)                                                                    \
	__attribute__((weak)) long uk_sys_##name(TAKE##arity)                                      \
	{                                                                                          \
		MISSING(#name);                                                                    \
	}
#include <uk/syscalls-list.h>
