/* syscall(2): the one place in libc where a system call's number is not a constant. */
#include <stdarg.h>
#include <unistd.h>
#include <uk/direct.h>
#include "syscall.h"

#undef syscall

long syscall(long number, ...)
{
	long arguments[6];
	va_list list;
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return __syscall_ret((unsigned long)uk_system_call(number, arguments[0], arguments[1],
							   arguments[2], arguments[3],
							   arguments[4], arguments[5]));
}
