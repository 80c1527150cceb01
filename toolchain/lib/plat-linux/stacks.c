/* Stacks for further threads, which the tender has mapped without their lowest pages. */
#include "linux.h"
#include <uk/plat.h>

#define SLOT_BYTES (CONFIG_PLAT_LINUX_STACKS_KIB * 1024UL)

static enum { UNTOUCHED, TAKEN, USED } slots[CONFIG_PLAT_LINUX_STACKS + 1];

static char *start_of(unsigned slot)
{
	return (char *)uk_linux_boot->stacks_start + slot * SLOT_BYTES;
}

void *uk_plat_stack_take(size_t length)
{
	if (length > SLOT_BYTES)
		return NULL;
	for (unsigned slot = 0; slot < uk_linux_boot->stack_slots; slot++) {
		char *stack = start_of(slot);

		if (slots[slot] == TAKEN)
			continue;
		if (slots[slot] == USED)
			__builtin_memset(stack + UK_LINUX_STACK_GUARD, 0,
					 SLOT_BYTES - UK_LINUX_STACK_GUARD);
		slots[slot] = TAKEN;
		return stack;
	}
	return NULL;
}

bool uk_plat_stack_give(void *stack)
{
	for (unsigned slot = 0; slot < uk_linux_boot->stack_slots; slot++) {
		if (stack != start_of(slot) || slots[slot] != TAKEN)
			continue;
		slots[slot] = USED;
		return true;
	}
	return false;
}
