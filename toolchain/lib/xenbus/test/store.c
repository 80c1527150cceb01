/* The store answers, tells errors apart, and keeps what this guest writes where it may. */
// machines: xen
// memory: 32M
#include <errno.h>
#include <string.h>
#include <uk/check.h>
#include <uk/init.h>
#include <uk/xenstore.h>

static bool contains(const char *names, int length, const char *wanted)
{
	for (const char *name = names; name < names + length; name += strlen(name) + 1)
		if (memcmp(name, wanted, strlen(wanted) + 1) == 0)
			return true;
	return false;
}

int uk_application(void)
{
	char text[64], longer[300];
	uint64_t number = 0;
	int length;

	uk_check(uk_xenstore_read_number("memory", "static-max", &number) == 0);
	uk_check(number == 32 * 1024);
	uk_check(uk_xenstore_read("device", "nothing", text, sizeof(text)) == -ENOENT);
	uk_check(uk_xenstore_write("memory", "static-max", "1") == -EACCES);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	uk_check(uk_xenstore_read("data", longer, text, sizeof(text)) == -EINVAL);

	/* More than a ring holds, in a few messages. */
	for (unsigned i = 0; i < 20; i++) {
		uk_check(uk_xenstore_write("data", "text", longer) == 0);
		uk_check(uk_xenstore_read("data", "text", longer, sizeof(longer)) == 299);
	}
	uk_check(uk_xenstore_read("data", "text", text, sizeof(text)) == -ENOSPC);
	uk_check(uk_xenstore_read_number("data", "text", &number) < 0);
	uk_check(uk_xenstore_write_number("data", "number", UINT64_MAX) == 0);
	uk_check(uk_xenstore_read_number("data", "number", &number) == 0);
	uk_check(number == UINT64_MAX);
	uk_check(uk_xenstore_write("data", "empty", "") == 0);
	uk_check(uk_xenstore_read("data", "empty", text, sizeof(text)) == 0 && text[0] == 0);
	uk_check(uk_xenstore_read_number("data", "empty", &number) == -EINVAL);

	/* A name below one of these is in its list. */
	uk_check(uk_xenstore_write("data/list", "one", "") == 0);
	uk_check(uk_xenstore_write("data/list", "two", "") == 0);
	length = uk_xenstore_list("data", "list", text, sizeof(text));
	uk_check(length == 8 && contains(text, length, "one") && contains(text, length, "two"));
	uk_check(uk_xenstore_list("data", "list", text, 4) == -ENOSPC);
	return uk_success();
}
