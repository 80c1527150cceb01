/* The processor's registers and instructions that platforms use; for C and assembly. */
#ifndef UK_X86_CPU_H
#define UK_X86_CPU_H

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS 0x18
/* Of programs, with their privilege level; SYSRET wants them in this order. */
#define SELECTOR_USER_DATA 0x2b
#define SELECTOR_USER_CODE 0x33

#define PAGE_PRESENT 1
#define PAGE_WRITABLE 2
#define PAGE_USER 4
#define PAGE_ACCESSED 0x20
#define PAGE_DIRTY 0x40
#define PAGE_LARGE 0x80

/* Protected mode, FPU present and not emulated, native FPU errors, write protection also for
 * the kernel's own writes, paging. */
#define CR0_BOOT 0x80010033

/* Physical addresses of more than 32 bits (long mode wants it), SSE and its exceptions. */
#define CR4_BOOT (1 << 5 | 1 << 9 | 1 << 10)
#define CR4_UMIP (1 << 11)
#define CR4_FSGSBASE (1 << 16)
#define CR4_OSXSAVE (1 << 18)
#define CR4_SMEP (1 << 20)
#define CR4_SMAP (1 << 21)

#define MSR_APIC_BASE 0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_EFER 0xc0000080
#define MSR_FS_BASE 0xc0000100
#define EFER_LME (1 << 8)
#define EFER_NXE (1 << 11)

/* Interrupt vectors: exceptions, then lines in the order they are registered. */
#define VECTOR_LINES 32
#define VECTOR_TIMER 48
#define VECTOR_COUNT 49
#define VECTOR_SPURIOUS 63

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid result;

	__asm__ volatile("cpuid"
			 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
			 : "0"(leaf), "2"(subleaf));
	return result;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void write_register(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static inline uint32_t read_register(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}
#endif
#endif
