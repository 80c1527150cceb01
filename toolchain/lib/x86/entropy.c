/* Random numbers from the processor. */
#include <uk/plat.h>
#include <uk/x86.h>

#define LEAF1_ECX_RDRAND (1u << 30)
#define LEAF7_EBX_RDSEED (1u << 18)
#define TRIES 32

static bool has_rdseed(void)
{
	return cpuid(0, 0).eax >= 7 && cpuid(7, 0).ebx & LEAF7_EBX_RDSEED;
}

bool uk_plat_entropy(uint64_t *value)
{
	bool seed = has_rdseed();

	if (!(cpuid(1, 0).ecx & LEAF1_ECX_RDRAND) && !seed)
		return false;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		bool valid;

		if (seed)
			__asm__ volatile("rdseed %0" : "=r"(*value), "=@ccc"(valid));
		else
			__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
		/* Some processors answer all ones after sleep and call it random. */
		if (valid && *value != UINT64_MAX)
			return true;
	}
	return false;
}
