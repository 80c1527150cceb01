/* Long output arrives whole. */
// expect: success
// machines: microvm pc xen linux
#include <uk/check.h>
#include <uk/init.h>

int uk_application(void)
{
	static char line[4001];

	for (unsigned i = 0; i < sizeof(line) - 1; i++)
		line[i] = (char)('a' + i % 26);
	line[sizeof(line) - 1] = '\n';
	for (unsigned i = 0; i < 20; i++)
		uk_console_write(line, sizeof(line));
	return uk_success();
}
