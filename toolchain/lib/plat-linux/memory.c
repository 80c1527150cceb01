/* Memory as the tender has mapped it: its access cannot change any more. */
#include "linux.h"
#include <uk/crash.h>
#include <uk/errors.h>
#include <uk/plat.h>

/* There are no page tables to grow. */
void *(*uk_plat_page_source)(void);

size_t uk_plat_memory(const struct uk_memory_region **regions)
{
	static struct uk_memory_region memory;

	memory.start = uk_linux_boot->memory_start;
	memory.length = uk_linux_boot->memory_bytes;
	*regions = &memory;
	return 1;
}

static bool is_in(uintptr_t address, uintptr_t start, uintptr_t end)
{
	return address >= start && address < end;
}

static bool is_memory(uintptr_t address)
{
	uintptr_t start = uk_linux_boot->memory_start;

	return is_in(address, start, start + uk_linux_boot->memory_bytes);
}

int uk_plat_protect(uintptr_t address, size_t length, int access)
{
	uintptr_t last = address + length - 1;

	if (access & UK_PROT_EXEC || is_in(address, (uintptr_t)__image_start,
					   (uintptr_t)__data_start))
		return -UK_EACCES;
	/* What is asked for may be what is. */
	if (access == (UK_PROT_READ | UK_PROT_WRITE) && is_memory(address) && is_memory(last))
		return 0;
	return -UK_ENOTSUP;
}

static uintptr_t slot_bytes(void)
{
	return CONFIG_PLAT_LINUX_STACKS_KIB * 1024UL;
}

bool uk_plat_mapped(uintptr_t address)
{
	uintptr_t stacks = uk_linux_boot->stacks_start;

	if (is_in(address, stacks, stacks + uk_linux_boot->stack_slots * slot_bytes()))
		return (address - stacks) % slot_bytes() >= UK_LINUX_STACK_GUARD;
	return is_memory(address) ||
	       is_in(address, (uintptr_t)__image_start, (uintptr_t)__data_end) ||
	       is_in(address, (uintptr_t)__stack_start, (uintptr_t)__stack_end);
}
