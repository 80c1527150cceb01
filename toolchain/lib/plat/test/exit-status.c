/* The application's result reaches the host; statuses that do not fit through the exit device
 * are announced on the console. */
// expect: status 0 with 0
// expect: status 3 with 3
// expect: status 126 with 126
// expect: status 127 with 127
// expect: status 200 with 200
// expect: status 255 with 255
// machines: microvm microvm-acpi pc q35 xen linux
#include <uk/check.h>
#include <uk/init.h>

int uk_application(void)
{
	const char *text = uk_boot_config_get("arg");
	int status = 0;

	uk_check(text);
	for (; *text; text++)
		status = status * 10 + (*text - '0');
	return status;
}
