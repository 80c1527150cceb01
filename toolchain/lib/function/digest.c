/*
 * The constants are the fractional parts of roots of the first primes; those of SHA-256 are the
 * upper halves of those of SHA-512, so that there is one table for both.
 */
#include "digest.h"
#include <string.h>

#define BLOCK_BYTES_MAX 128

static const uint64_t cube_roots[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static const uint32_t start_160[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
static const uint64_t start_384[8] = {
	0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
	0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};
static const uint64_t start_512[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* The state while blocks are taken in: words of 32 bits stand in 64. */
struct state {
	uint64_t words[8];
	void (*take)(struct state *state, const uint8_t *block);
	size_t block_bytes;
};

static uint64_t load(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void store(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = count; i-- > 0; value >>= 8)
		bytes[i] = (uint8_t)value;
}

static uint32_t left_32(uint32_t value, unsigned count)
{
	return value << count | value >> (32 - count);
}

static uint32_t right_32(uint32_t value, unsigned count)
{
	return value >> count | value << (32 - count);
}

static uint64_t right_64(uint64_t value, unsigned count)
{
	return value >> count | value << (64 - count);
}

static void take_160(struct state *state, const uint8_t *block)
{
	static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	uint32_t w[80], v[5];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)load(block + 4 * i, 4);
	for (unsigned i = 16; i < 80; i++)
		w[i] = left_32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (unsigned i = 0; i < 5; i++)
		v[i] = (uint32_t)state->words[i];
	for (unsigned i = 0; i < 80; i++) {
		uint32_t mixed = v[1] ^ v[2] ^ v[3];

		if (i < 20)
			mixed = (v[1] & v[2]) | (~v[1] & v[3]);
		else if (i >= 40 && i < 60)
			mixed = (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
		uint32_t next = left_32(v[0], 5) + mixed + v[4] + constants[i / 20] + w[i];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = left_32(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		state->words[i] = (uint32_t)(state->words[i] + v[i]);
}

static void take_256(struct state *state, const uint8_t *block)
{
	uint32_t w[64], v[8];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)load(block + 4 * i, 4);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (right_32(a, 7) ^ right_32(a, 18) ^ a >> 3) + w[i - 7] +
		       (right_32(b, 17) ^ right_32(b, 19) ^ b >> 10);
	}
	for (unsigned i = 0; i < 8; i++)
		v[i] = (uint32_t)state->words[i];
	for (unsigned i = 0; i < 64; i++) {
		uint32_t first = v[7] +
				 (right_32(v[4], 6) ^ right_32(v[4], 11) ^ right_32(v[4], 25)) +
				 ((v[4] & v[5]) ^ (~v[4] & v[6])) +
				 (uint32_t)(cube_roots[i] >> 32) + w[i];
		uint32_t second = (right_32(v[0], 2) ^ right_32(v[0], 13) ^ right_32(v[0], 22)) +
				  ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += first;
		v[0] = first + second;
	}
	for (unsigned i = 0; i < 8; i++)
		state->words[i] = (uint32_t)(state->words[i] + v[i]);
}

static void take_512(struct state *state, const uint8_t *block)
{
	uint64_t w[80], v[8];

	for (unsigned i = 0; i < 16; i++)
		w[i] = load(block + 8 * i, 8);
	for (unsigned i = 16; i < 80; i++) {
		uint64_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (right_64(a, 1) ^ right_64(a, 8) ^ a >> 7) + w[i - 7] +
		       (right_64(b, 19) ^ right_64(b, 61) ^ b >> 6);
	}
	memcpy(v, state->words, sizeof(v));
	for (unsigned i = 0; i < 80; i++) {
		uint64_t first = v[7] +
				 (right_64(v[4], 14) ^ right_64(v[4], 18) ^ right_64(v[4], 41)) +
				 ((v[4] & v[5]) ^ (~v[4] & v[6])) + cube_roots[i] + w[i];
		uint64_t second = (right_64(v[0], 28) ^ right_64(v[0], 34) ^ right_64(v[0], 39)) +
				  ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += first;
		v[0] = first + second;
	}
	for (unsigned i = 0; i < 8; i++)
		state->words[i] += v[i];
}

static void start(struct state *state, unsigned bits)
{
	state->take = bits == 160 ? take_160 : bits == 256 ? take_256 : take_512;
	state->block_bytes = bits <= 256 ? 64 : 128;
	for (unsigned i = 0; i < 8; i++) {
		if (bits == 160)
			state->words[i] = i < 5 ? start_160[i] : 0;
		else if (bits == 256)
			state->words[i] = start_512[i] >> 32;
		else
			state->words[i] = bits == 384 ? start_384[i] : start_512[i];
	}
}

size_t digest_compute(unsigned bits, const uint8_t *bytes, size_t length, uint8_t *result)
{
	struct state state;
	uint8_t last[2 * BLOCK_BYTES_MAX] = {0};

	if (bits != 160 && bits != 256 && bits != 384 && bits != 512)
		return 0;
	start(&state, bits);
	size_t block = state.block_bytes, whole = length / block * block, rest = length - whole;

	for (size_t at = 0; at < whole; at += block)
		state.take(&state, bytes + at);
	/* A bit, zeros, and the length in bits at the very end. */
	if (rest > 0)
		memcpy(last, bytes + whole, rest);
	last[rest] = 0x80;
	size_t last_bytes = rest + 1 + block / 8 <= block ? block : 2 * block;

	store(last + last_bytes - 8, (uint64_t)length << 3, 8);
	if (block == 128)
		store(last + last_bytes - 9, (uint64_t)length >> 61, 1);
	for (size_t at = 0; at < last_bytes; at += block)
		state.take(&state, last + at);
	size_t word = block / 16;

	for (unsigned i = 0; i < bits / 8 / word; i++)
		store(result + i * word, state.words[i], word);
	return bits / 8;
}
