/* Input arrives and ends the wait for it; nothing of it is lost. */
// expect: success
// input: the quick brown fox jumps over the lazy dog, and does it again and again
// machines: microvm microvm-acpi pc q35 xen linux
#include <uk/check.h>
#include <uk/init.h>

int uk_application(void)
{
	static const char expected[] =
		"the quick brown fox jumps over the lazy dog, and does it again and again\n";
	char text[sizeof(expected)];
	size_t count = 0;

	while (count < sizeof(expected) - 1) {
		size_t more = uk_console_read(text + count, sizeof(text) - count);

		count += more;
		if (!more)
			uk_plat_wait(UINT64_MAX); /* only an interrupt ends it */
	}
	uk_check(count == sizeof(expected) - 1);
	for (size_t i = 0; i < count; i++)
		uk_check(text[i] == expected[i]);
	return uk_success();
}
