/* The checksum of littlefs, a byte at a time: its own goes by halves of bytes, and all metadata
 * that is read or written passes through it. */
#include <uk/littlefs-defines.h>

#define POLYNOMIAL 0xedb88320u

static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[i] = crc;
	}
}

uint32_t uk_littlefs_crc(uint32_t crc, const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;

	if (table[1] == 0)
		make_table();
	for (size_t i = 0; i < length; i++)
		crc = crc >> 8 ^ table[(crc ^ byte[i]) & 255];
	return crc;
}
