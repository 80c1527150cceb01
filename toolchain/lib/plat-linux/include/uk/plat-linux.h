/*
 * What drivers of a guest that runs under a tender need beyond uk/plat.h: the descriptors that
 * the tender opened, the system calls that are left, and waking for a descriptor.
 */
#ifndef UK_PLAT_LINUX_H
#define UK_PLAT_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/tender-abi.h>

/* What the tender handed over; valid from the first instruction of UK_STAGE_MEMORY on. */
extern struct uk_tender_boot *uk_linux_boot;

/* They return what the kernel does: bytes, or a negated error number. */
long uk_linux_read(int fd, void *bytes, size_t length);
long uk_linux_write(int fd, const void *bytes, size_t length);
long uk_linux_pread(int fd, void *bytes, size_t length, uint64_t offset);
long uk_linux_pwrite(int fd, const void *bytes, size_t length, uint64_t offset);

#define UK_LINUX_READABLE 1 /* POLLIN */
#define UK_LINUX_WRITABLE 4 /* POLLOUT */

/* From now on uk_plat_wait() ends when fd has one of these events; 0: it does not matter. */
void uk_linux_watch(int fd, short events);
/* Whether the last uk_plat_wait() saw one of them. */
bool uk_linux_happened(int fd);

#endif
