/* The block function gives the values of RFC 8439, section 2.3.2; numbers differ and are
 * balanced. */
// expect: success
#include <uk/check.h>
#include <uk/init.h>
#include <uk/random.h>

void uk_chacha_block(uint32_t output[16], const uint32_t key[8], uint32_t counter,
		     const uint32_t nonce[3]);

int uk_application(void)
{
	static const uint32_t expected[16] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
		0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
		0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	};
	static const uint32_t nonce[3] = {0x09000000, 0x4a000000, 0};
	static uint8_t bytes[10000];
	uint32_t key[8], output[16];
	unsigned ones = 0;

	for (unsigned i = 0; i < 8; i++)
		key[i] = 0x03020100 + i * 0x04040404;
	uk_chacha_block(output, key, 1, nonce);
	for (unsigned i = 0; i < 16; i++)
		uk_check(output[i] == expected[i]);

	for (size_t length = 0; length < 200; length++) {
		uint8_t *last = bytes + length;

		*last = 0xaa;
		uk_random(bytes, length);
		uk_check(*last == 0xaa); /* not one byte more */
	}
	uk_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		ones += (unsigned)__builtin_popcount(bytes[i]);
	/* 40000 expected with a standard deviation of 141: this fails once in 10^12 runs. */
	uk_check(ones > 39000 && ones < 41000);
	for (size_t i = 8; i + 8 < sizeof(bytes); i += 8)
		uk_check(*(uint64_t *)(bytes + i) != *(uint64_t *)bytes);
	return uk_success();
}
