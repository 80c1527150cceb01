/*
 * The wall clock. KVM knows the time to the nanosecond. Without KVM there are the time that the
 * host wrote into the configuration and, on most machines, a clock chip that counts seconds: a
 * configuration that agrees with the chip is the finer of the two, one that does not is old.
 */
#include "kvm.h"
#include <uk/plat.h>

#define CHIP_INDEX 0x70
#define CHIP_DATA 0x71
#define CHIP_STATUS_A 10
#define CHIP_UPDATING 0x80
#define CHIP_STATUS_B 11
#define CHIP_24_HOURS 2
#define CHIP_BINARY 4
#define CHIP_CENTURY 50
#define CHIP_ABSENT 0xff
#define SECOND 1000000000UL
#define AGREEMENT (3 * SECOND)

static uint8_t chip(uint8_t index)
{
	out8(CHIP_INDEX, index);
	return in8(CHIP_DATA);
}

static unsigned number(uint8_t value, bool binary)
{
	return binary ? value : (value >> 4) * 10u + (value & 15);
}

/* Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that the day of
 * February that comes and goes is the last one. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
	year -= month <= 2;
	month = (month + 9) % 12;
	return 365UL * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day -
	       1 - 719468;
}

/* Nanoseconds since 1970 by the clock chip; 0: there is none. */
static uint64_t chip_clock(void)
{
	static const uint8_t indexes[] = {0, 2, 4, 7, 8, 9, CHIP_CENTURY};
	uint8_t fields[7], status;
	unsigned values[7], hours, tries = 10000;

	if (chip(CHIP_STATUS_A) == CHIP_ABSENT)
		return 0;
	do {
		while (chip(CHIP_STATUS_A) & CHIP_UPDATING)
			if (--tries == 0)
				return 0;
		for (unsigned i = 0; i < sizeof(fields); i++)
			fields[i] = chip(indexes[i]);
		/* The second has changed meanwhile: the others may have, too. */
	} while (fields[0] != chip(0));
	status = chip(CHIP_STATUS_B);
	for (unsigned i = 0; i < sizeof(fields); i++)
		values[i] = number(fields[i] & (i == 2 ? 0x7f : 0xff), status & CHIP_BINARY);
	hours = values[2];
	if (!(status & CHIP_24_HOURS))
		hours = hours % 12 + (fields[2] & 0x80 ? 12 : 0);
	if (values[6] < 19 || values[6] > 30) /* not every chip knows the century */
		values[6] = 20;
	return (((days(values[6] * 100 + values[5], values[4], values[3]) * 24 + hours) * 60 +
		 values[1]) * 60 + values[0]) * SECOND;
}

static uint64_t configured_clock(void)
{
	const char *text = uk_boot_config_get("clock.realtime");
	uint64_t value = 0;

	for (; text && *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

/* The wall clock when the monotonic clock was 0. */
static uint64_t find_origin(void)
{
	uint64_t origin = uk_kvm_clock_wall_origin(), configured, by_chip, since_boot;

	if (origin)
		return origin;
	/* The configuration was written when the guest was started, just before its clock. */
	configured = configured_clock();
	by_chip = chip_clock();
	since_boot = uk_clock_monotonic();
	by_chip = by_chip > since_boot ? by_chip - since_boot : 0;
	if (!by_chip || (configured < by_chip + AGREEMENT && by_chip < configured + AGREEMENT))
		return configured;
	return by_chip;
}

uint64_t uk_clock_realtime(void)
{
	static uint64_t origin;

	if (!origin)
		origin = find_origin();
	return origin + uk_clock_monotonic();
}
