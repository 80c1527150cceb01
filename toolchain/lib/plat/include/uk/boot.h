/* For platforms: what they hand to the library `plat` while they boot. */
#ifndef UK_BOOT_H
#define UK_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/plat.h>

/* What arrived beside the image; taken for the configuration of uk_boot_config() if it is one. */
void uk_boot_config_set(const char *bytes, size_t length);

/* The value that stands behind arrays on stacks and tells when one was overrun. */
extern uintptr_t __stack_chk_guard;

/* Chooses it. The first thing that is called once faults are reported, by a function that never
 * returns. */
static inline __attribute__((always_inline)) void uk_canary_init(void)
{
	uint64_t value;

	/* Only processors without RDRAND get here; uk/random.h refuses to start on those. */
	if (!uk_plat_entropy(&value))
		value = __builtin_ia32_rdtsc() << 8;
	/* Strings end with a zero byte: what runs over the end of one cannot write it back. */
	__stack_chk_guard = value & ~0xffUL;
}

/*
 * Whether the machine is to be reset instead of switched off after an end with this status, as
 * "restart:" of the configuration says; the platform then waits UK_BOOT_AGAIN_NANOSECONDS first,
 * so that a guest that cannot live does not write to its console all the time. Not after a request
 * to end, which the platform tells here.
 */
#ifdef CONFIG_PLAT_RESTART
bool uk_boot_starts_again(int status);
#else
static inline bool uk_boot_starts_again(int status)
{
	(void)status;
	return false;
}
#endif
extern bool uk_boot_is_asked_to_stop;
#define UK_BOOT_AGAIN_NANOSECONDS 1000000000UL

#endif
