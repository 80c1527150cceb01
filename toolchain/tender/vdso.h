/* Finds the kernel's clock that needs no system call. */
#ifndef TENDER_VDSO_H
#define TENDER_VDSO_H

#include <stdint.h>

/* Address of a function in the kernel's shared object (0: there is none), 0 if it has no such. */
uint64_t vdso_function(uint64_t vdso, const char *name);

#endif
