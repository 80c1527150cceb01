/*
 * Cancellation points of a program that never cancels a thread. It is found first, since archives
 * are searched in the order of names; a program that calls pthread_cancel() gets pthread_cancel.c
 * as well, whose definitions win over these weak ones.
 */
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
