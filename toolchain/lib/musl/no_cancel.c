/* Cancellation points of a program that never cancels a thread. */
#include "syscall.h"
#include "libc.h"

static long before(int closing)
{
	(void)closing;
	return 0;
}
weak_alias(before, __cancel_before);

static long after(long result)
{
	return result;
}
weak_alias(after, __cancel_after);
