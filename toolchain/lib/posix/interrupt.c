/* Interrupted system calls. */
#include "interrupt.h"
#include <errno.h>
#include <stddef.h>

bool (*posix_deliver_signals)(void);

int uk_interrupted(void)
{
	if (posix_deliver_signals)
		posix_deliver_signals();
	return -EINTR;
}

int uk_interrupted_or_on(void)
{
	return posix_deliver_signals && posix_deliver_signals() ? 0 : -EINTR;
}
