/* The ChaCha20 block function (RFC 8439, section 2.3). */
#ifndef UK_CHACHA_H
#define UK_CHACHA_H

#include <stdint.h>

#define UK_CHACHA_KEY_WORDS 8
#define UK_CHACHA_BLOCK_WORDS 16

void uk_chacha_block(uint32_t output[UK_CHACHA_BLOCK_WORDS], const uint32_t key[UK_CHACHA_KEY_WORDS],
		     uint32_t counter, const uint32_t nonce[3]);

#endif
