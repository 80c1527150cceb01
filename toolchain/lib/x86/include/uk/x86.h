/*
 * Between the processor's part of a virtual machine and the platform that it is on. The image is
 * entered by PVH, gets 64-bit code, traps, memory and page tables of its own, and then the
 * platform makes the rest of uk/plat.h work.
 */
#ifndef UK_X86_H
#define UK_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/x86-cpu.h>
#include <uk/x86-pvh.h>

/* The layout of the image, from the linker script. */
extern char __image_start[], __text_start[], __text_end[], __data_start[];
extern char __stack_guard[], __stack_start[], __stack_end[], __image_end[];

/* The platform's part: entered once the page tables are in use, before any library starts. */
void uk_x86_platform_init(const struct pvh_start_info *info);
/* The platform's part: an interrupt has arrived, with its vector. */
void uk_x86_interrupt(unsigned vector);

/* With PLAT_USER_MODE. Others refer to what follows only behind USER_MODE, and are without it. */
#ifdef CONFIG_PLAT_USER_MODE
#define USER_MODE true
#else
#define USER_MODE false
#endif

/* Parts of the image that belong to a program in the unprivileged mode, ascending, ended by one
 * whose end is 0. Their access is for good, but for writable ones. */
struct uk_x86_segment {
	uintptr_t start, end; /* whole pages */
	uint64_t access;      /* UK_PROT_… */
};
extern const struct uk_x86_segment uk_x86_segments[];

/* The first of them; NULL in images that have none. */
static inline const struct uk_x86_segment *uk_x86_first_segment(void)
{
	return USER_MODE ? uk_x86_segments : NULL;
}

/* Whether this is one of them, and not their end. */
static inline bool uk_x86_is_segment(const struct uk_x86_segment *segment)
{
	return USER_MODE && segment->end;
}

/* Where a trap goes back to. */
struct uk_x86_frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/*
 * Of the library that runs programs, which take traps anywhere. Both are
 * entered with interrupts off on a small stack of their own, may change the frame, and MUST NOT
 * touch vector registers, which are the interrupted code's.
 */
/* Whether an exception has been dealt with; `address` is that of a page fault. */
bool uk_x86_excepted(unsigned vector, uint64_t error, uintptr_t address,
					   struct uk_x86_frame *frame);
/* After an interrupt has been handled. */
void uk_x86_interrupted(unsigned vector, struct uk_x86_frame *frame);

/*
 * mapping.c: pages outside of the identity mapping, from UK_X86_MAPPINGS to UK_X86_MAPPINGS_END,
 * one at a time, all of them open to programs. A page may be there without access: it keeps its
 * memory.
 */
#define UK_X86_MAPPINGS (1UL << 39)
#define UK_X86_MAPPINGS_END (1UL << 47)
/* Never executable. 0, or -ENOMEM when page tables cannot grow. */
int uk_x86_map(uintptr_t address, uintptr_t memory, int access);
/* Of a page that is there. */
void uk_x86_set_access(uintptr_t address, int access);
/* Takes a page away that is there and returns its memory. */
uintptr_t uk_x86_unmap(uintptr_t address);
/* The first page from `address` on that is there; `end` if there is none before. */
uintptr_t uk_x86_next_mapped(uintptr_t address, uintptr_t end);

/* cpu.c */
void uk_x86_cpu_init(void);

/* memory.c: finds usable memory and leaves out the image and what the monitor put there. */
void uk_x86_memory_init(const struct pvh_start_info *info);
/* A page of usable memory, not zeroed; NULL: none left. */
void *uk_x86_memory_page(void);

/* config.c */
void uk_x86_config_init(const struct pvh_start_info *info);

/* paging.c */
void uk_x86_paging_init(void);

/* traps.c */
void uk_x86_traps_init(void);

#endif
