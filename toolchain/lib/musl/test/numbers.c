/* Numbers to text and back, sorting, and the other parts of libc that only compute. */
#include <assert.h>
#include <fenv.h>
#include <inttypes.h>
#include <iconv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *left, const void *right)
{
	int a = *(const int *)left, b = *(const int *)right;
	return (a > b) - (a < b);
}

static void sorting(void)
{
	enum { COUNT = 100000 };
	int *numbers = malloc(COUNT * sizeof(int));
	assert(numbers);
	uint32_t state = 1;
	long sum = 0, sorted_sum = 0;
	for (int i = 0; i < COUNT; i++) {
		state = state * 1664525 + 1013904223;
		sum += numbers[i] = (int)(state >> 8);
	}
	qsort(numbers, COUNT, sizeof(int), ascending);
	for (int i = 0; i < COUNT; i++) {
		sorted_sum += numbers[i];
		assert(!i || numbers[i - 1] <= numbers[i]);
	}
	assert(sum == sorted_sum);
	int *found = bsearch(&numbers[777], numbers, COUNT, sizeof(int), ascending);
	assert(found && *found == numbers[777]);
	free(numbers);
}

static void printing(void)
{
	char text[200];
	snprintf(text, sizeof(text), "%d %5.2f|%-6s|%06x|%e|%g|%a", -7, 3.14159, "ab", 0xbeef,
		 12345.678, 1e100, 1.0);
	assert(!strcmp(text, "-7  3.14|ab    |00beef|1.234568e+04|1e+100|0x1p+0"));
	snprintf(text, sizeof(text), "%.17g %.0f %Lf", 0.1, 2.5, 1.5L);
	assert(!strcmp(text, "0.10000000000000001 2 1.500000"));
	snprintf(text, sizeof(text), "%" PRId64 " %zu %p", INT64_MIN, (size_t)-1, (void *)16);
	assert(!strcmp(text, "-9223372036854775808 18446744073709551615 0x10"));
	snprintf(text, sizeof(text), "%f %f", (double)INFINITY, -(double)NAN);
	assert(!strncmp(text, "inf ", 4));
}

static void parsing(void)
{
	char *end;
	assert(strtod("0.1", NULL) == 0.1);
	assert(strtod("1e-320", NULL) == 1e-320);
	assert(strtod("0x1.8p1rest", &end) == 3.0 && !strcmp(end, "rest"));
	assert(strtod("1.7976931348623157e308", NULL) == 1.7976931348623157e308);
	assert(strtol("-0x7f", NULL, 0) == -127);
	assert(strtoull("18446744073709551615", NULL, 10) == UINT64_MAX);
	int a;
	float f;
	char word[10];
	assert(sscanf("12 word 1.5", "%d %9s %f", &a, word, &f) == 3);
	assert(a == 12 && !strcmp(word, "word") && f == 1.5f);
}

static void rounding(void)
{
	volatile double half = 2.5, third = 1.0 / 3;
	assert(nearbyint(half) == 2);
	assert(fesetround(FE_UPWARD) == 0);
	assert(nearbyint(half) == 3);
	assert(fesetround(FE_TONEAREST) == 0);
	assert(sqrt(2.0) == 1.4142135623730951);
	assert(fabs(sin(third) * sin(third) + cos(third) * cos(third) - 1) < 1e-15);
	assert(fabsl(expl(logl(10.0L)) - 10.0L) < 1e-17L);
	assert(pow(2, 0.5) == sqrt(2.0));
}

/* Each of these was a memory error or a hang in musl 1.2.5 as released. */
static void converting(const char *from, const char *bytes, size_t length, const char *expected)
{
	char output[64] = "", *in = (char *)bytes, *out = output;
	size_t left = length, room = sizeof(output) - 1;
	iconv_t converter = iconv_open("UTF-8", from);
	assert(converter != (iconv_t)-1);
	size_t result = iconv(converter, &in, &left, &out, &room);
	iconv_close(converter);
	assert(expected ? result == 0 && !strcmp(output, expected) : result == (size_t)-1);
}

int main(void)
{
	sorting();
	printing();
	parsing();
	rounding();
	converting("EUC-KR", "\xc8\x41", 2, NULL);
	converting("EUC-KR", "\xb0\xa1", 2, "\xea\xb0\x80");
	converting("GB18030", "\x81\x30\x81\x30", 4, "\xc2\x80");
	converting("GB18030", "\x84\x31\xa4\x39", 4, "\xef\xbf\xbf");
	converting("GB18030", "\x90\x30\x81\x30", 4, "\xf0\x90\x80\x80");
	converting("GB18030", "\xe3\x32\x9a\x35", 4, "\xf4\x8f\xbf\xbf");
	converting("GB18030", "\xe3\x32\x9a\x36", 4, NULL);
	puts("SUCCESS");
	return 0;
}
