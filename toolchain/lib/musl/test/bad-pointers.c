/* A pointer that a system call cannot use ends the guest with one crash record, as any other use
 * of it does. */
// expect: crash "page fault: null pointer" with write-null
// expect: crash "page fault: null pointer" with read-null
// expect: crash "page fault: null pointer" with clock-null
// expect: crash "page fault: null pointer" with open-null
// expect: crash "page fault: no such memory" with write-far
// expect: crash "page fault: write to read-only memory" with clock-text
// expect: crash "protection fault" with write-noncanonical
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The compiler must not know that these are no pointers. */
static void *volatile null_pointer = (void *)8;
static void *volatile far_pointer = (void *)0x300000000000;
static void *volatile strange_pointer = (void *)0x8000000000000000;

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "";
	int file = open("/file", O_RDWR | O_CREAT, 0600);

	if (!strcmp(what, "write-null"))
		write(1, null_pointer, 4);
	else if (!strcmp(what, "read-null") && write(file, what, 4) == 4)
		pread(file, null_pointer, 4, 0);
	else if (!strcmp(what, "clock-null"))
		clock_gettime(CLOCK_MONOTONIC, null_pointer);
	else if (!strcmp(what, "open-null"))
		open(null_pointer, O_RDONLY);
	else if (!strcmp(what, "write-far"))
		write(file, far_pointer, 4);
	else if (!strcmp(what, "clock-text"))
		clock_gettime(CLOCK_REALTIME, (struct timespec *)(uintptr_t)main);
	else if (!strcmp(what, "write-noncanonical"))
		write(file, strange_pointer, 4);
	return 0;
}
