/* The parts of the stub. Whatever fails says so on the console and does not come back. */
#ifndef STUB_H
#define STUB_H

#include "efi.h"
#include "handover.h"
#include "pvh.h"
#include <stdbool.h>

extern struct efi_system *efi;

/* console.c */
_Noreturn void fail(const char *what);

/* memory.c: pages of the loader's own below 4 GiB, filled with zeros; with code in them or not. */
void *pages_below_4g(uint64_t bytes);
void *code_below_4g(uint64_t bytes);
/* Takes all of it that is free, so that nothing else is put there. */
void claim(uint64_t start, uint64_t end);
/* Reads the map that is to be passed on and ends the firmware's services; `start` to `end`, the
 * kernel's place, has to be memory that is free by then. */
void leave_firmware(efi_handle image, uint64_t start, uint64_t end, struct pvh_start_info *info);

/* section.c: a section of this very program. */
const void *own_section(const void *base, const char *name, uint64_t *bytes);

/* kernel.c: what has to be moved where, and the entry; says which range of memory that takes. */
void prepare_kernel(const void *file, uint64_t bytes, struct handover *handover, uint64_t *start,
		    uint64_t *end);

/* configuration.c: the file that lies beside this program, NULL without one. */
void *read_configuration(efi_handle device, uint64_t *bytes);

#endif
