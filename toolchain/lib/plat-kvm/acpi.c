/*
 * Switching the machine off as its firmware describes it (ACPI 6.5: 5.2 for the tables, 4.8.3.2.1
 * and 4.8.3.7 for the registers). The tables are read when it is time, not at boot.
 */
#include "kvm.h"
#include <uk/crash.h>
#include <uk/plat.h>

#define SIGNATURE(a, b, c, d) ((uint32_t)(a) | (b) << 8 | (c) << 16 | (d) << 24)
#define ROOT_XSDT 24 /* offsets in the root pointer */
#define ROOT_RSDT 16
#define TABLE_LENGTH 4 /* offsets in every table */
#define TABLE_CONTENT 36
#define FADT_DSDT 40
#define FADT_SMI_COMMAND 48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A_CONTROL 64
#define FADT_FLAGS 112
#define FADT_SLEEP_CONTROL 244
#define FLAG_HARDWARE_REDUCED (1u << 20)
#define SPACE_MEMORY 0
#define SPACE_PORT 1
#define SLEEP_ENABLE 13 /* bits of a PM1 control register; its type is three bits from 10 on */
#define SLEEP_TYPE 10
#define REDUCED_SLEEP_ENABLE 5 /* the same of a sleep control register */
#define REDUCED_SLEEP_TYPE 2
#define AML_NAME 0x08
#define AML_PACKAGE 0x12
#define AML_BYTE 0x0a

static const char *root;

void uk_kvm_acpi_init(const struct pvh_start_info *info)
{
	root = (const char *)info->rsdp;
}

static uint32_t read32(const char *from)
{
	struct unaligned {
		uint32_t value;
	} __attribute__((packed, may_alias));

	return ((const struct unaligned *)from)->value;
}

static uint64_t read64(const char *from)
{
	return read32(from) | (uint64_t)read32(from + 4) << 32;
}

/* The table at an address, if all of it is mapped and it is called that. */
static const char *table_at(uint64_t address, uint32_t signature)
{
	const char *table = (const char *)address;

	if (!address || !uk_plat_mapped(address) || !uk_plat_mapped(address + TABLE_CONTENT) ||
	    read32(table) != signature)
		return NULL;
	return uk_plat_mapped(address + read32(table + TABLE_LENGTH)) ? table : NULL;
}

static const char *find_fadt(void)
{
	unsigned width = 8;
	const char *list;

	if (!root || !uk_plat_mapped((uintptr_t)root))
		return NULL;
	list = table_at(read64(root + ROOT_XSDT), SIGNATURE('X', 'S', 'D', 'T'));
	if (!list) {
		width = 4;
		list = table_at(read32(root + ROOT_RSDT), SIGNATURE('R', 'S', 'D', 'T'));
	}
	if (!list)
		return NULL;
	for (uint32_t at = TABLE_CONTENT; at + width <= read32(list + TABLE_LENGTH); at += width) {
		uint64_t address = width == 8 ? read64(list + at) : read32(list + at);
		const char *table = table_at(address, SIGNATURE('F', 'A', 'C', 'P'));

		if (table)
			return table;
	}
	return NULL;
}

/* The type of sleep that is off: the first number of the package \_S5. Machine language can be
 * computed in general; this package is a constant wherever it has been seen. */
static int off_type(const char *dsdt)
{
	const char *end = dsdt + read32(dsdt + TABLE_LENGTH);

	for (const char *at = dsdt + TABLE_CONTENT; at + 10 < end; at++) {
		if (read32(at) != SIGNATURE('_', 'S', '5', '_') || at[4] != AML_PACKAGE ||
		    (at[-1] != AML_NAME && at[-2] != AML_NAME))
			continue;
		at += 5;
		at += 1 + ((unsigned char)*at >> 6) + 1; /* package length, element count */
		return *at == AML_BYTE ? at[1] & 7 : *at & 1;
	}
	return -1;
}

void uk_kvm_acpi_power_off(void)
{
	const char *fadt = find_fadt();
	const char *dsdt = fadt ? table_at(read32(fadt + FADT_DSDT), SIGNATURE('D', 'S', 'D', 'T')) : NULL;
	int type = dsdt ? off_type(dsdt) : -1;
	uint16_t port;

	if (type < 0)
		return;
	if (read32(fadt + FADT_FLAGS) & FLAG_HARDWARE_REDUCED) {
		const char *where = fadt + FADT_SLEEP_CONTROL;
		uint8_t value = (uint8_t)(type << REDUCED_SLEEP_TYPE | 1 << REDUCED_SLEEP_ENABLE);
		uint64_t address = read64(where + 4);

		if (*where == SPACE_PORT)
			out8((uint16_t)address, value);
		else if (*where == SPACE_MEMORY && uk_plat_mapped(address))
			*(volatile uint8_t *)address = value;
		return;
	}
	if (read32(fadt + FADT_SMI_COMMAND) && fadt[FADT_ACPI_ENABLE])
		out8((uint16_t)read32(fadt + FADT_SMI_COMMAND), (uint8_t)fadt[FADT_ACPI_ENABLE]);
	port = (uint16_t)read32(fadt + FADT_PM1A_CONTROL);
	if (port)
		out16(port, (uint16_t)(type << SLEEP_TYPE | 1 << SLEEP_ENABLE));
}
