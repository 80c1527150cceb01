/* Checks that end the program with a message, and the verdict. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define check(condition)                                                                           \
	((condition) ? (void)0                                                                     \
		     : (printf("line %d: not true: %s\n", __LINE__, #condition), exit(1)))

static inline int success(void)
{
	puts("SUCCESS");
	return 0;
}

#endif
