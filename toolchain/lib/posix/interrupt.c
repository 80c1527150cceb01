/* Interrupted system calls. */
#include "interrupt.h"
#include <errno.h>
#include <stddef.h>
#include <uk/signals.h>

bool (*posix_deliver_signals)(void);
bool uk_signals_restart;

int uk_interrupted(void)
{
	uk_signals_restart = false;
	if (posix_deliver_signals)
		posix_deliver_signals();
	return -EINTR;
}

int uk_interrupted_or_on(void)
{
	uk_signals_restart = true;
	return posix_deliver_signals && posix_deliver_signals() ? 0 : -EINTR;
}
