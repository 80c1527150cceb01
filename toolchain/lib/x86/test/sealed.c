/* What the processor is told: no page may be written and executed, page 0 and the page below the
 * stack do not exist, and every protection that the processor offers is on. */
// machines: microvm pc
// expect: success
#include <uk/check.h>
#include <uk/init.h>

#define PRESENT 1UL
#define WRITABLE 2UL
#define LARGE 0x80UL
#define NO_EXECUTE (1UL << 63)
#define ADDRESS_MASK 0x000ffffffffff000UL
#define CR0_WRITE_PROTECT (1UL << 16)
#define EFER_NO_EXECUTE (1UL << 11)

extern char __stack_guard[], __text_start[], __data_start[];

static uint64_t executable_bytes;

/* Visits what is mapped below an entry; level 0 is a page. */
static void visit(uint64_t entry, unsigned level, uintptr_t address, bool writable, bool executes)
{
	uint64_t span = 4096UL << 9 * level;

	if (!(entry & PRESENT))
		return;
	writable &= (entry & WRITABLE) != 0;
	executes &= !(entry & NO_EXECUTE);
	if (level && !(entry & LARGE)) {
		const uint64_t *table = (const uint64_t *)(entry & ADDRESS_MASK);

		for (unsigned i = 0; i < 512; i++)
			visit(table[i], level - 1, address + i * (span / 512), writable, executes);
		return;
	}
	uk_check(!(writable && executes));
	uk_check(address != 0 && address != (uintptr_t)__stack_guard);
	executable_bytes += executes ? span : 0;
}

static uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value & ADDRESS_MASK;
}

static bool offers(bool in_ecx, unsigned bit)
{
	uint32_t eax = 7, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return (in_ecx ? ecx : ebx) >> bit & 1;
}

static void control_registers(void)
{
	uint64_t cr0, cr4;
	uint32_t efer, high;

	__asm__("mov %%cr0, %0" : "=r"(cr0));
	__asm__("mov %%cr4, %0" : "=r"(cr4));
	__asm__("rdmsr" : "=a"(efer), "=d"(high) : "c"(0xc0000080));
	uk_check(cr0 & CR0_WRITE_PROTECT && efer & EFER_NO_EXECUTE);
	uk_check((cr4 >> 20 & 1) == offers(false, 7));	/* SMEP */
	uk_check((cr4 >> 21 & 1) == offers(false, 20)); /* SMAP */
	uk_check((cr4 >> 11 & 1) == offers(true, 2));	/* UMIP */
	/* The processors of these tests have all of them. */
	uk_check(offers(false, 7) && offers(false, 20) && offers(true, 2));
}

int uk_application(void)
{
	const uint64_t *root = (const uint64_t *)read_cr3();

	control_registers();
	for (unsigned i = 0; i < 512; i++)
		visit(root[i], 3, (uintptr_t)i << 39, true, true);
	uk_check(executable_bytes == (uintptr_t)(__data_start - __text_start));
	return uk_success();
}
