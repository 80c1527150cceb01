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
