/* The ChaCha20 block function, as loops rather than unrolled: small, and fast enough for keys. */
#include "chacha.h"

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void add_xor_rotate(uint32_t *sum, uint32_t addend, uint32_t *mixed, unsigned bits)
{
	*sum += addend;
	*mixed = rotate(*mixed ^ *sum, bits);
}

static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	add_xor_rotate(a, *b, d, 16);
	add_xor_rotate(c, *d, b, 12);
	add_xor_rotate(a, *b, d, 8);
	add_xor_rotate(c, *d, b, 7);
}

void uk_chacha_block(uint32_t output[UK_CHACHA_BLOCK_WORDS], const uint32_t key[UK_CHACHA_KEY_WORDS],
		     uint32_t counter, const uint32_t nonce[3])
{
	/* "expand 32-byte k" */
	const uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	uint32_t input[UK_CHACHA_BLOCK_WORDS];

	for (unsigned i = 0; i < 4; i++)
		input[i] = constants[i];
	for (unsigned i = 0; i < UK_CHACHA_KEY_WORDS; i++)
		input[4 + i] = key[i];
	input[12] = counter;
	for (unsigned i = 0; i < 3; i++)
		input[13 + i] = nonce[i];
	for (unsigned i = 0; i < UK_CHACHA_BLOCK_WORDS; i++)
		output[i] = input[i];
	for (unsigned round = 0; round < 20; round++)
		/* Columns in even rounds, diagonals in odd ones. */
		for (unsigned i = 0; i < 4; i++) {
			unsigned skew = round & 1;

			quarter_round(&output[i], &output[4 + (i + skew) % 4],
				      &output[8 + (i + 2 * skew) % 4],
				      &output[12 + (i + 3 * skew) % 4]);
		}
	for (unsigned i = 0; i < UK_CHACHA_BLOCK_WORDS; i++)
		output[i] += input[i];
}
