/* Which mapped pages are not simply readable and writable: guards, constants, code. */
#ifndef UK_POSIX_PROTECTION_H
#define UK_POSIX_PROTECTION_H

#include <stddef.h>
#include <stdint.h>

/* Sets the access (UK_PROT_…) of whole pages and remembers it. 0, -EACCES or -ENOMEM. */
int posix_protect(uintptr_t address, size_t length, int access);
/* Makes pages readable and writable again where they are not; cheap where they are. */
int posix_unprotect(uintptr_t address, size_t length);
/* Fills with zeros whatever the access is, and leaves the access as it was. */
int posix_zero(uintptr_t address, size_t length);

#endif
