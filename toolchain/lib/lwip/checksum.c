/* The Internet checksum, eight bytes at a time. */
#include <stdint.h>
#include <string.h>
#include <arch/cc.h>

/* Adds with the carry brought round, which a one's complement sum allows at any width. */
static inline uint64_t add(uint64_t sum, uint64_t value)
{
	sum += value;
	return sum + (sum < value);
}

/* The one's complement sum, folded to 16 bits, in the byte order of memory. */
uint16_t uk_lwip_checksum(const void *data, int length)
{
	const uint8_t *bytes = data;
	uint64_t sum = 0, word;

	while (length >= 32) {
		uint64_t words[4];

		memcpy(words, bytes, 32);
		sum = add(add(add(add(sum, words[0]), words[1]), words[2]), words[3]);
		bytes += 32;
		length -= 32;
	}
	while (length >= 8) {
		memcpy(&word, bytes, 8);
		sum = add(sum, word);
		bytes += 8;
		length -= 8;
	}
	if (length > 0) {
		word = 0;
		memcpy(&word, bytes, (size_t)length);
		sum = add(sum, word);
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
