/* For platforms: what they hand to the library `plat` while they boot. */
#ifndef UK_BOOT_H
#define UK_BOOT_H

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

#endif
