/* Interrupted system calls. */
#include "interrupt.h"
#include <errno.h>
#include <stddef.h>

void (*posix_deliver_signals)(void);

int uk_interrupted(void)
{
	if (posix_deliver_signals)
		posix_deliver_signals();
	return -EINTR;
}
