/*
 * Calling Xen. The instruction is used directly: the page of stubs that Xen offers would be 4 KiB
 * of somebody else's code in the guest.
 */
#include "platform.h"
#include <uk/errors.h>
#include <uk/plat.h>
#include <uk/x86-cpu.h>

#define LEAF_FIRST 0x40000000u
#define LEAF_LAST 0x40010000u
#define LEAF_STEP 0x100u

#define VENDOR_INTEL 0x756e6547u   /* "Genu" */
#define VENDOR_CENTAUR 0x746e6543u /* "Cent", with Intel's extensions */
#define VENDOR_SHANGHAI 0x68532020u /* "  Sh", too */

#define MEMORY_MAP 7
#define SCHEDULE_SHUT_DOWN 2
#define HVM_SET_PARAMETER 0
#define HVM_GET_PARAMETER 1
#define PARAMETER_CALLBACK 0

#define XEN_PAGES 0xf0000000UL

volatile struct shared_info *uk_xen_shared;
static bool uses_vmcall;

long uk_xen_call(unsigned number, unsigned long first, const void *second, unsigned long third)
{
	long result;

	if (uses_vmcall)
		__asm__ volatile("vmcall"
				 : "=a"(result), "+D"(first), "+S"(second), "+d"(third)
				 : "a"(number)
				 : "memory");
	else
		__asm__ volatile("vmmcall"
				 : "=a"(result), "+D"(first), "+S"(second), "+d"(third)
				 : "a"(number)
				 : "memory");
	return result;
}

static bool is_on_xen(void)
{
	/* Others may have the first leaves, when Xen also pretends to be one of them. */
	for (uint32_t leaf = LEAF_FIRST; leaf < LEAF_LAST; leaf += LEAF_STEP) {
		struct cpuid name = cpuid(leaf, 0);

		if (name.ebx == 0x566e6558u && name.ecx == 0x65584d4du && name.edx == 0x4d4d566eu)
			return true; /* "XenVMMXenVMM" */
	}
	return false;
}

struct parameter {
	uint16_t domain, padding;
	uint32_t index;
	uint64_t value;
};

uint64_t uk_xen_parameter(uint32_t index)
{
	struct parameter parameter = {UK_XEN_SELF, 0, index, 0};

	return uk_xen_call(UK_XEN_HVM, HVM_GET_PARAMETER, &parameter, 0) ? 0 : parameter.value;
}

void *uk_xen_map(uint32_t space, uint64_t index)
{
	static uint64_t used;
	const struct {
		uint16_t domain, count;
		uint32_t space;
		uint64_t index, frame;
	} place = {UK_XEN_SELF, 0, space, index, XEN_PAGES / UK_PAGE_SIZE + used};

	if (uk_xen_call(UK_XEN_MEMORY, MEMORY_MAP, &place, 0))
		return NULL;
	used++;
	return (void *)(place.frame * UK_PAGE_SIZE);
}

void uk_xen_hypercalls_init(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_table = {0, 0};
	const struct parameter no_callback = {UK_XEN_SELF, 0, PARAMETER_CALLBACK, 0};
	uint32_t vendor = cpuid(0, 0).ebx;

	/* There is nobody to tell: a triple fault ends the machine. */
	if (!is_on_xen())
		__asm__ volatile("lidt %0; ud2" ::"m"(no_table));
	uses_vmcall = vendor == VENDOR_INTEL || vendor == VENDOR_CENTAUR ||
		      vendor == VENDOR_SHANGHAI;
	/* Events are to interrupt nobody. That this comes from 64-bit code also tells Xen which
	 * layout the shared page is to have. */
	if (uk_xen_call(UK_XEN_HVM, HVM_SET_PARAMETER, &no_callback, 0))
		uk_crash("Xen does not let events be polled");
	uk_xen_shared = uk_xen_map(UK_XEN_SPACE_SHARED_INFO, 0);
	if (!uk_xen_shared)
		uk_crash("Xen does not share its page");
}

_Noreturn void uk_xen_shut_down(unsigned reason)
{
	const uint32_t argument = reason;

	for (;;)
		uk_xen_call(UK_XEN_SCHEDULE, SCHEDULE_SHUT_DOWN, &argument, 0);
}
