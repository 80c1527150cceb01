/* A program is no kernel: what only a kernel may do ends it, or reaches its handler. */
// machines: microvm
// expect: success
// expect: crash "protection fault" with halt
// expect: crash "protection fault" with port
// expect: crash "page fault: memory of the kernel" with read-kernel
// expect: crash "page fault" with write-kernel
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include "check.h"

extern char end[];
static sigjmp_buf back;

static void caught(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

/* The library OS lies behind the program. */
static volatile char *kernel(void)
{
	return (volatile char *)(((unsigned long)end + 0x3000) & -4096UL);
}

int main(int count, char **arguments)
{
	const char *what = count > 1 ? arguments[1] : "";

	if (!strcmp(what, "halt"))
		__asm__ volatile("hlt");
	if (!strcmp(what, "port"))
		__asm__ volatile("outb %%al, $0xf4" ::"a"(0));
	if (!strcmp(what, "read-kernel"))
		return *kernel();
	if (!strcmp(what, "write-kernel"))
		*kernel() = 1;
	signal(SIGSEGV, caught);
	if (!sigsetjmp(back, 1)) {
		__asm__ volatile("cli");
		check(!"interrupts are off");
	}
	return success();
}
