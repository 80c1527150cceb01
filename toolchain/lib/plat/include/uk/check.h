/* For test programs without libc: checks that end the guest with a message, and the verdict. */
#ifndef UK_CHECK_H
#define UK_CHECK_H

#include <stdint.h>
#include <uk/plat.h>

static inline void uk_check_print(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	uk_console_write(text, length);
}

static inline void uk_check_print_number(uint64_t value)
{
	char digits[20];
	unsigned at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	uk_console_write(digits + at, sizeof(digits) - at);
}

static inline void uk_check_fail(const char *what, unsigned line)
{
	uk_check_print("line ");
	uk_check_print_number(line);
	uk_check_print(": not true: ");
	uk_check_print(what);
	uk_check_print("\n");
	uk_plat_exit(1);
}

#define uk_check(condition) ((condition) ? (void)0 : uk_check_fail(#condition, __LINE__))

/* return uk_success(); ends a test that has checked everything. */
static inline int uk_success(void)
{
	uk_check_print("SUCCESS\n");
	return 0;
}

#endif
