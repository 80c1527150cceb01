/*
 * memcpy and memmove. Most copies are short (a header, a line of text), and a string instruction
 * takes dozens of cycles to begin with, under emulation to every word; so only long copies use
 * one. This file is compiled to machine code even in link-time optimisation: calls to these
 * appear only when it is over.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Any bytes, wherever they lie. */
typedef uint64_t word __attribute__((aligned(1), may_alias));
typedef uint32_t half __attribute__((aligned(1), may_alias));
typedef uint16_t quarter __attribute__((aligned(1), may_alias));

#define BLOCK (4 * sizeof(word))
#define LONG_COPY 2048

struct block {
	uint64_t words[4];
};

static inline struct block load(const char *from)
{
	const word *words = (const word *)from;

	return (struct block){{words[0], words[1], words[2], words[3]}};
}

static inline void store(char *to, struct block block)
{
	word *words = (word *)to;

	words[0] = block.words[0];
	words[1] = block.words[1];
	words[2] = block.words[2];
	words[3] = block.words[3];
}

/* Up to a block: everything is loaded before anything is stored, so the places may overlap. */
static inline void copy_short(char *to, const char *from, size_t length)
{
	if (length >= 16) {
		uint64_t first = *(const word *)from, second = *(const word *)(from + 8);
		uint64_t third = *(const word *)(from + length - 16);
		uint64_t fourth = *(const word *)(from + length - 8);

		*(word *)to = first;
		*(word *)(to + 8) = second;
		*(word *)(to + length - 16) = third;
		*(word *)(to + length - 8) = fourth;
	} else if (length >= 8) {
		uint64_t first = *(const word *)from, last = *(const word *)(from + length - 8);

		*(word *)to = first;
		*(word *)(to + length - 8) = last;
	} else if (length >= 4) {
		uint32_t first = *(const half *)from, last = *(const half *)(from + length - 4);

		*(half *)to = first;
		*(half *)(to + length - 4) = last;
	} else if (length >= 2) {
		uint16_t first = *(const quarter *)from;
		uint16_t last = *(const quarter *)(from + length - 2);

		*(quarter *)to = first;
		*(quarter *)(to + length - 2) = last;
	} else if (length == 1) {
		*to = *from;
	}
}

/* The last block, which overlaps the one before, is loaded first: it may be written over when
 * the destination lies before the source. */
static inline void copy_forward(char *to, const char *from, size_t length)
{
	struct block last = load(from + length - BLOCK);
	char *last_to = to + length - BLOCK;

	if (length >= LONG_COPY) {
		size_t words = length / sizeof(word);

		__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
	}
	while (to < last_to) {
		store(to, load(from));
		to += BLOCK;
		from += BLOCK;
	}
	store(last_to, last);
}

static inline void copy_backward(char *to, const char *from, size_t length)
{
	struct block first = load(from);

	while (length > BLOCK) {
		length -= BLOCK;
		store(to + length, load(from + length));
	}
	store(to, first);
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	if (length <= BLOCK)
		copy_short(to, from, length);
	else
		copy_forward(to, from, length);
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	if (length <= BLOCK)
		copy_short(to, from, length);
	else if ((uintptr_t)to - (uintptr_t)from >= length)
		copy_forward(to, from, length);
	else
		copy_backward(to, from, length);
	return to;
}
