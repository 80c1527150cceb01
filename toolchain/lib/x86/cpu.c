/* Features of the processor that must be switched on before use; the thread pointer. */
#include <uk/plat.h>
#include <uk/x86.h>

#define LEAF1_ECX_XSAVE (1u << 26)
#define LEAF7_EBX_FSGSBASE (1u << 0)
#define LEAF7_EBX_SMEP (1u << 7)
#define LEAF7_EBX_SMAP (1u << 20)
#define LEAF7_ECX_UMIP (1u << 2)
#define XSAVE_AVX 7u	 /* x87, SSE, AVX */
#define XSAVE_AVX512 0xe0u /* its three parts go together */

static bool has_fsgsbase;

void uk_x86_cpu_init(void)
{
	uint64_t cr4 = CR4_BOOT;
	bool xsave = !USER_MODE && cpuid(1, 0).ecx & LEAF1_ECX_XSAVE;

	if (cpuid(0, 0).eax >= 7) {
		struct cpuid leaf = cpuid(7, 0);

		has_fsgsbase = leaf.ebx & LEAF7_EBX_FSGSBASE;
		cr4 |= has_fsgsbase ? CR4_FSGSBASE : 0;
		cr4 |= leaf.ebx & LEAF7_EBX_SMEP ? CR4_SMEP : 0;
		cr4 |= !USER_MODE && leaf.ebx & LEAF7_EBX_SMAP ? CR4_SMAP : 0;
		cr4 |= leaf.ecx & LEAF7_ECX_UMIP ? CR4_UMIP : 0;
	}
	cr4 |= xsave ? CR4_OSXSAVE : 0;
	__asm__ volatile("mov %0, %%cr4" ::"r"(cr4) : "memory");
	if (xsave) {
		uint32_t states = cpuid(13, 0).eax;

		states &= (states & XSAVE_AVX512) == XSAVE_AVX512 ? XSAVE_AVX | XSAVE_AVX512
								  : XSAVE_AVX;
		__asm__ volatile("xsetbv" ::"c"(0), "a"(states), "d"(0));
	}
}

void uk_plat_set_tls(uintptr_t value)
{
	if (has_fsgsbase)
		__asm__ volatile("wrfsbase %0" ::"r"(value) : "memory");
	else
		write_msr(MSR_FS_BASE, value);
}

uintptr_t uk_plat_tls(void)
{
	uintptr_t value;

	if (!has_fsgsbase)
		return read_msr(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(value));
	return value;
}
