/* Words for the processor's exceptions. */
#include <uk/crash.h>
#include <uk/plat.h>

#define EXCEPTION_PAGE_FAULT 14
#define PAGE_FAULT_PRESENT 1
#define PAGE_FAULT_WRITE 2
#define PAGE_FAULT_FETCH 16

static const char *page_fault_reason(uint64_t error, uintptr_t address, uintptr_t stack)
{
	if (address < UK_PAGE_SIZE)
		return "page fault: null pointer";
	/* A page that nobody has touched may not be present although it is the guest's. */
	if (error & PAGE_FAULT_FETCH && (error & PAGE_FAULT_PRESENT || uk_plat_mapped(address)))
		return "page fault: execution of data";
#ifdef CONFIG_PLAT_USER_MODE
	if (error & PAGE_FAULT_PRESENT && !(error & PAGE_FAULT_WRITE))
		return "page fault: memory of the kernel";
#endif
	if (error & PAGE_FAULT_PRESENT)
		return "page fault: write to read-only memory";
	/* A function that is entered touches at most a few pages below the stack pointer. */
	if (address + UK_PAGE_SIZE >= stack && address < stack + UK_PAGE_SIZE)
		return "stack overflow";
	return "page fault: no such memory";
}

const char *uk_crash_reason(unsigned vector, uint64_t error, uintptr_t address, uintptr_t stack)
{
	switch (vector) {
	case 0: return "division error";
	case 3: return "breakpoint";
	case 6: return "invalid instruction";
	case 8: return "double fault";
	case 13: return "protection fault";
	case EXCEPTION_PAGE_FAULT: return page_fault_reason(error, address, stack);
	case 16:
	case 19: return "floating-point error";
	default: return "exception";
	}
}
