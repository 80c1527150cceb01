/*
 * The crash record, for platforms: how a fault that they caught is told to the host.
 */
#ifndef UK_CRASH_H
#define UK_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uk_crash_register {
	char name[8];
	uint64_t value;
};

/* Prints the record of uk_crash() with these registers, looks for return addresses from `stack`
 * on, and ends the guest. */
_Noreturn void uk_crash_report(const char *reason, const struct uk_crash_register *registers,
			       size_t count, uintptr_t stack);

/* What to call an exception of the processor: its vector and error code; for a page fault also
 * the address; and the stack pointer at the time. */
const char *uk_crash_reason(unsigned vector, uint64_t error, uintptr_t address, uintptr_t stack);

/* The platform's part: whether the page of this address can be read. */
bool uk_plat_mapped(uintptr_t address);

#endif
