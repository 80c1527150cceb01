/* What a program finds when it starts: arguments, environment, the auxiliary vector; and what it
 * leaves. */
// machines: microvm
// environment: GREETING=hello
// expect: console "app"
// expect: status 42 with one two
// expect: console "app one two" with one two
// expect: console "system call number 100000 is not implemented"
// expect: console "system call io_uring_setup is not implemented"
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include "check.h"

static _Thread_local int local = 5;

int main(int count, char **arguments)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	struct utsname name;
	int bits = 0;

	check(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_PHDR) && getauxval(AT_PHENT) == 56);
	check(!getauxval(AT_SECURE) && getauxval(AT_ENTRY));
	for (int i = 0; i < 16; i++)
		bits |= random[i];
	check(bits);
	check(!strcmp(getenv("GREETING"), "hello"));
	check(uname(&name) == 0 && !strcmp(name.sysname, "Linux"));
	check(local++ == 5 && local == 6);
	check(syscall(100000) == -1 && errno == ENOSYS);
	check(syscall(SYS_io_uring_setup, 1, NULL) == -1 && errno == ENOSYS);
	for (int i = 0; i < count; i++)
		printf("%s%s", i ? " " : "", arguments[i]);
	puts("");
	return 42;
}
