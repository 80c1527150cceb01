/*
 * Random numbers for everybody: ChaCha20 whose key is replaced by its own output at each call
 * (so what was given out cannot be computed from what memory holds later), seeded at first use.
 */
#include "chacha.h"
#include <uk/init.h>
#include <uk/plat.h>
#include <uk/random.h>

#define SEED_WORDS (UK_CHACHA_KEY_WORDS / 2)

static struct uk_entropy_source *sources;
static uint32_t key[UK_CHACHA_KEY_WORDS];
static bool is_seeded;

void uk_entropy_source_add(struct uk_entropy_source *source)
{
	source->next = sources;
	sources = source;
}

static bool seed_from_processor(uint64_t seed[SEED_WORDS])
{
	for (unsigned i = 0; i < SEED_WORDS; i++)
		if (!uk_plat_entropy(&seed[i]))
			return false;
	return true;
}

static void mix_in(const uint64_t seed[SEED_WORDS])
{
	for (unsigned i = 0; i < SEED_WORDS; i++) {
		key[2 * i] ^= (uint32_t)seed[i];
		key[2 * i + 1] ^= (uint32_t)(seed[i] >> 32);
	}
}

static void seed_once(void)
{
	static const char message[] =
		"[unikernel] no entropy: it takes RDRAND or virtio-rng\n";
	uint64_t seed[SEED_WORDS];

	if (is_seeded)
		return;
	is_seeded = seed_from_processor(seed);
	if (is_seeded)
		mix_in(seed);
	for (struct uk_entropy_source *source = sources; source; source = source->next)
		if (source->fill(source, seed, sizeof(seed))) {
			mix_in(seed);
			is_seeded = true;
		}
	if (!is_seeded) {
		uk_console_write(message, sizeof(message) - 1);
		uk_plat_exit(1);
	}
}
/* By now all devices are known; who needs randomness earlier gets this at first use. */
UK_INIT(UK_STAGE_SERVICE, seed_once);

void uk_random(void *bytes, size_t length)
{
	static const uint32_t nonce[3];
	uint32_t block[UK_CHACHA_BLOCK_WORDS], counter = 0;
	char *to = bytes;

	seed_once();
	/* The first half of the first block is the next key. */
	uk_chacha_block(block, key, counter++, nonce);
	for (unsigned i = 0; i < UK_CHACHA_KEY_WORDS; i++)
		key[i] ^= block[i];
	for (size_t at = sizeof(key);; at = 0) {
		for (; at < sizeof(block) && length; at++, length--)
			*to++ = ((char *)block)[at];
		if (!length)
			break;
		uk_chacha_block(block, key, counter++, nonce);
	}
	/* Given-out bytes do not stay behind on the stack. */
	for (unsigned i = 0; i < UK_CHACHA_BLOCK_WORDS; i++)
		((volatile uint32_t *)block)[i] = 0;
}
