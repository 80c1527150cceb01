/* The access of memory is what it was at the start, and asking for another is refused; stacks that
 * were prepared have a guard, come back zeroed, and end. */
// machines: linux
// expect: success
// expect: crash "page fault: no such memory" with guard
#include <uk/check.h>
#include <uk/errors.h>
#include <uk/init.h>

#define STACK_BYTES (CONFIG_PLAT_LINUX_STACKS_KIB * 1024UL)

static void fixed_access(void)
{
	const struct uk_memory_region *regions;
	uintptr_t memory;

	uk_check(uk_plat_memory(&regions) == 1);
	memory = regions[0].start;
	uk_check(uk_plat_protect(memory, UK_PAGE_SIZE, UK_PROT_READ | UK_PROT_WRITE) == 0);
	uk_check(uk_plat_protect(memory, UK_PAGE_SIZE, UK_PROT_READ) == -UK_ENOTSUP);
	uk_check(uk_plat_protect(memory, UK_PAGE_SIZE, 0) == -UK_ENOTSUP);
	uk_check(uk_plat_protect(memory, UK_PAGE_SIZE, UK_PROT_READ | UK_PROT_EXEC) ==
		 -UK_EACCES);
}

static void stacks(void)
{
	unsigned char *first = uk_plat_stack_take(STACK_BYTES), *last = first, *next;
	unsigned count = 1;

	uk_check(first && !uk_plat_stack_give(first + UK_PAGE_SIZE));
	uk_check(!uk_plat_stack_take(STACK_BYTES + 1));
	for (size_t i = UK_PAGE_SIZE; i < STACK_BYTES; i++)
		first[i] = 1;
	uk_check(uk_plat_stack_give(first) && !uk_plat_stack_give(first));
	uk_check(uk_plat_stack_take(1) == first);
	for (size_t i = UK_PAGE_SIZE; i < STACK_BYTES; i++)
		uk_check(!first[i]);
	for (; (next = uk_plat_stack_take(STACK_BYTES)); last = next, count++)
		uk_check(next > last);
	uk_check(count > 8 && count <= CONFIG_PLAT_LINUX_STACKS);
	last[STACK_BYTES - 1] = 1;
}

int uk_application(void)
{
	if (uk_boot_config_get("arg"))
		*(volatile char *)uk_plat_stack_take(STACK_BYTES) = 1;
	fixed_access();
	stacks();
	return uk_success();
}
