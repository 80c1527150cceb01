/*
 * The contract between a platform and everything above it. One platform library
 * (plat-kvm, plat-xen, plat-linux) implements it; no other library touches the machine.
 *
 * All memory is identity mapped: an address is its physical address. One processor.
 * Code runs with interrupts disabled, except inside uk_plat_wait(); an interrupt handler
 * therefore never races with a thread, and MUST only record that something happened.
 */
#ifndef UK_PLAT_H
#define UK_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UK_PAGE_SIZE 4096UL

#define UK_PROT_READ 1
#define UK_PROT_WRITE 2
#define UK_PROT_EXEC 4

struct uk_memory_region {
	uintptr_t start;
	size_t length; /* bytes */
};

/*
 * Usable memory, without the image, boot data and page 0. Page-aligned, ascending.
 * Returns the number of regions and stores their address in *regions.
 */
size_t uk_plat_memory(const struct uk_memory_region **regions);

/*
 * Sets the access of whole pages. Length and address are multiples of UK_PAGE_SIZE.
 * Access 0 unmaps: a touch faults. Asking for WRITE and EXEC together, or for EXEC after
 * boot, returns -EACCES (W^X). Returns 0, or -ENOMEM when page tables cannot grow.
 */
int uk_plat_protect(uintptr_t address, size_t length, int access);

/*
 * Where access cannot change after boot, uk_plat_protect() returns -ENOTSUP unless what is asked
 * for is what is. Stacks are prepared there: this takes one of at least `length` bytes, zeroed,
 * whose lowest page faults. NULL: none is left, or guards are made with uk_plat_protect() here.
 */
void *uk_plat_stack_take(size_t length);
/* Gives it back; false when it is not one of these stacks. */
bool uk_plat_stack_give(void *stack);

/*
 * Gives the platform one page, for page tables; NULL: none left. The library that takes over
 * uk_plat_memory() MUST set it before it changes anything there.
 */
extern void *(*uk_plat_page_source)(void);

/* Writes to the console; never blocks for long, never fails. */
void uk_console_write(const char *bytes, size_t length);
/* Reads what the console has now: 0 when nothing has arrived. */
size_t uk_console_read(char *bytes, size_t length);

/* Nanoseconds since boot; never goes back. */
uint64_t uk_clock_monotonic(void);
/* Nanoseconds since 1970-01-01 UTC. */
uint64_t uk_clock_realtime(void);

/*
 * Waits until an interrupt has been handled or the monotonic clock reaches deadline
 * (UINT64_MAX: no deadline). If an interrupt arrived since the last call it returns at once,
 * so a device that is checked before this call cannot be missed.
 */
void uk_plat_wait(uint64_t deadline);

/*
 * Calls handler(argument) for every interrupt on a line (a global system interrupt number,
 * level-triggered if level). Lines may be shared. Returns 0 or -ENOSPC, -EINVAL.
 */
int uk_irq_register(unsigned line, bool level, void (*handler)(void *argument), void *argument);

/* The thread pointer (FS base on x86_64). */
void uk_plat_set_tls(uintptr_t value);
uintptr_t uk_plat_tls(void);

/* 64 random bits from the processor in *value; false when it has no such source. */
bool uk_plat_entropy(uint64_t *value);

/*
 * What the host handed to this guest beside the image: a sequence of NUL-terminated strings
 * that starts with "unikernel-config/1", then any of
 *   arg:VALUE   env:NAME=VALUE   hostname:NAME
 *   net.address:A.B.C.D/BITS   net.gateway:A.B.C.D   net.dns:A.B.C.D   (absent: DHCP)
 *   net.address.MAC:A.B.C.D/BITS (of the interface with this hardware address: twelve hexadecimal
 *   digits; net.address is for the first of which nothing else is said)
 *   volume:NAME=/PATH   volume.read-only:NAME=/PATH (where the files of a disk are to be)
 *   restart:on-failure   restart:always (resets the machine instead of switching it off at such an
 *   end, unless it was asked for; where the host starts again what resets)
 *   clock.realtime:NANOSECONDS (the host's clock when it wrote this)
 * Returns its address and stores its length in bytes; NULL when there is none.
 */
const char *uk_boot_config(size_t *length);
/* The first value of a key in the configuration, or NULL. */
const char *uk_boot_config_get(const char *key);

/*
 * Whether the host has asked the guest to end: with a break on the serial line, or however else
 * the platform is asked; once true, always true. Such a request ends uk_plat_wait(), from the
 * first call of this on.
 */
bool uk_plat_stop_requested(void);

/*
 * Ends the guest. The status (0 to 255) reaches the host: through isa-debug-exit as
 * min(status, 127), and for 127 and above also as the console line
 * "[unikernel] exit STATUS". Without that device the guest powers off.
 */
_Noreturn void uk_plat_exit(int status);

/*
 * Ends the guest after a fault of its own. Prints one console line
 *   [unikernel] crash {"build":"HEX16","reason":"…","registers":{"rip":"0x…",…},"frames":["0x…",…]}
 * (build: FNV-1a 64 of the text segment) and exits with status 134.
 */
_Noreturn void uk_crash(const char *reason);

#define uk_assert(condition) ((condition) ? (void)0 : uk_crash("assertion failed: " #condition))

#endif
