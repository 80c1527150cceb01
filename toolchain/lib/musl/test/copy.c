/* Copies of every length up to some blocks, at every offset to each other, and long ones: right,
 * and nothing beside them is written. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROOM 12288
#define MIDDLE 4096

static unsigned char original[ROOM], bytes[ROOM], expected[ROOM];

static void prepare(void)
{
	memset(bytes, 0, ROOM);
	for (size_t i = 0; i < ROOM; i++)
		bytes[i] = expected[i] = original[i];
}

static void check(size_t to, size_t from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		expected[to + i] = original[from + i];
	for (size_t i = 0; i < ROOM; i++)
		assert(bytes[i] == expected[i]);
}

static void try(size_t from, long distance, size_t length)
{
	size_t to = (size_t)((long)from + distance);
	void *volatile result;

	prepare();
	result = memmove(bytes + to, bytes + from, length);
	assert(result == bytes + to);
	check(to, from, length);
	if (distance == 0 || (distance < 0 ? -distance : distance) < (long)length)
		return;
	prepare();
	result = memcpy(bytes + to, bytes + from, length);
	assert(result == bytes + to);
	check(to, from, length);
}

int main(void)
{
	static const size_t long_lengths[] = {500, 2047, 2048, 2049, 4000};
	static const long far[] = {-2100, -300, 300, 2100, 4096};

	for (size_t i = 0; i < ROOM; i++)
		original[i] = (unsigned char)(i * 7 + i / 251);
	for (size_t length = 0; length <= 100; length++) {
		for (long distance = -40; distance <= 40; distance += length % 3 + 1)
			try(MIDDLE + length % 9, distance, length);
		try(MIDDLE + length % 9, 200, length);
	}
	for (size_t i = 0; i < sizeof(long_lengths) / sizeof(long_lengths[0]); i++) {
		for (long distance = -9; distance <= 9; distance++)
			try(MIDDLE + i, distance, long_lengths[i]);
		for (size_t j = 0; j < sizeof(far) / sizeof(far[0]); j++)
			try(MIDDLE + i, far[j], long_lengths[i]);
	}
	puts("SUCCESS");
	return 0;
}
