/*
 * Included by iconv.c behind its table of GB18030's two-byte characters. The four-byte ones
 * number all others of the basic plane in ascending order; finding the n-th by counting again
 * through the table for every step (as musl 1.2.5 does) takes up to a second for one
 * character, CVE-2026-6042. Here the table becomes a set once, and counting is by words.
 */
#include <stdint.h>

#define GB18030_FIRST_UNMAPPED 0x80
#define GB18030_FIRST_SUPPLEMENTARY 189000

/* The character with a number, or 0 when there is none. */
static unsigned gb18030_unmapped(unsigned number)
{
	static uint64_t mapped[0x10000 / 64];

	if (number >= GB18030_FIRST_SUPPLEMENTARY) {
		unsigned character = number - GB18030_FIRST_SUPPLEMENTARY + 0x10000;
		return character < 0x110000 ? character : 0;
	}
	if (!mapped[0]) {
		for (unsigned i = 0xd800; i < 0xe000; i++) /* surrogates are no characters */
			mapped[i / 64] |= 1ULL << i % 64;
		for (unsigned i = 0; i < sizeof(gb18030) / sizeof(gb18030[0][0]); i++) {
			unsigned character = (&gb18030[0][0])[i];
			mapped[character / 64] |= 1ULL << character % 64;
		}
		mapped[0] = mapped[1] = UINT64_MAX; /* below the first; also: done */
	}
	for (unsigned word = GB18030_FIRST_UNMAPPED / 64; word < 0x10000 / 64; word++) {
		uint64_t free = ~mapped[word];
		unsigned count = (unsigned)__builtin_popcountll(free);
		if (number >= count) {
			number -= count;
			continue;
		}
		for (; number; number--)
			free &= free - 1;
		return word * 64 + (unsigned)__builtin_ctzll(free);
	}
	return 0;
}
