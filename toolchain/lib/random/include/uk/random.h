/* Cryptographic randomness: ChaCha20 keyed from the processor or virtio-rng. An image that
 * selects this library ends at boot when neither exists. */
#ifndef UK_RANDOM_H
#define UK_RANDOM_H

#include <stddef.h>

void uk_random(void *bytes, size_t length);

#endif
