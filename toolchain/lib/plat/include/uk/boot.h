/* For platforms: what they hand to the library `plat` while they boot. */
#ifndef UK_BOOT_H
#define UK_BOOT_H

#include <stddef.h>

/* What arrived beside the image; taken for the configuration of uk_boot_config() if it is one. */
void uk_boot_config_set(const char *bytes, size_t length);

/* Chooses the value that stands behind arrays on stacks and tells when one was overrun. The first
 * thing that is called once faults are reported, by a function that never returns. */
void uk_canary_init(void);

#endif
