/* Without a source of entropy the guest does not start. */
// expect: status 1
// expect: console "[unikernel] no entropy"
// processor: qemu64
// not on linux: the tender hands randomness over, or does not start
// not on xen: the processor cannot be chosen there
#include <uk/check.h>
#include <uk/init.h>

int uk_application(void)
{
	uk_check_print("started\n");
	return 0;
}
