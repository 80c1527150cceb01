/* In an image without any handler the request ends the guest as SIGTERM would. */
// machines: microvm microvm-acpi pc xen linux
// stop after: waiting
// expect: status 143
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec long_time = {100, 0};

	puts("waiting");
	nanosleep(&long_time, NULL);
	return 1;
}
