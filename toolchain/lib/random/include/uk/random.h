/* Cryptographic randomness: ChaCha20 keyed from the processor or virtio-rng. An image that
 * selects this library ends at boot when neither exists. */
#ifndef UK_RANDOM_H
#define UK_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

void uk_random(void *bytes, size_t length);

/* A device that gives true randomness (virtio-rng). Its driver registers it at
 * UK_STAGE_DEVICE or before; fill() returns false when it could not. */
struct uk_entropy_source {
	bool (*fill)(struct uk_entropy_source *self, void *bytes, size_t length);
	struct uk_entropy_source *next;
};
void uk_entropy_source_add(struct uk_entropy_source *source);

#endif
