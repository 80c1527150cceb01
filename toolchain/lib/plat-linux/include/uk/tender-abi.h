/*
 * What a tender and the image that it runs agree on. A tender (toolchain/tender) is the process
 * on the host that loads an image of the platform "linux", confines itself to seven system calls
 * and jumps into it.
 *
 * The image: an x86_64 ELF executable with fixed addresses (ET_EXEC) inside of
 * [UK_TENDER_IMAGE_START, UK_TENDER_IMAGE_LIMIT), segments on pages of their own, none of them
 * both writable and executable, and one note (name "Unikernel", type UK_TENDER_NOTE) whose content
 * is struct uk_tender_note.
 *
 * The start: at the ELF's entry point, %rdi holds the address of struct uk_tender_boot, no other
 * register means anything. There is no stack: the image brings one. From the first instruction
 * on only these system calls exist, and any other use ends the process:
 *   read(fd)           fd: console_in, or a network's
 *   write(fd)          fd: console_out, or a network's
 *   pread64(fd), pwrite64(fd)   fd: a block device's, within its size, pwrite64 if writable
 *   ppoll(fds, n, time, NULL)   n <= UK_TENDER_POLL_MAX
 *   clock_gettime(clock)        clock: CLOCK_REALTIME or CLOCK_MONOTONIC
 *   exit_group(status)
 * SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP enter the note's fault handler on a stack of its
 * own, as sigaction(2) says of SA_SIGINFO; it must not return.
 */
#ifndef UK_TENDER_ABI_H
#define UK_TENDER_ABI_H

#define UK_TENDER_VERSION 3
#define UK_TENDER_NOTE 1
#define UK_TENDER_NOTE_NAME "Unikernel"

#define UK_TENDER_IMAGE_START 0x1000000UL
#define UK_TENDER_IMAGE_LIMIT 0x40000000UL

#define UK_TENDER_POLL_MAX 32
#define UK_TENDER_NETWORKS_MAX 4
#define UK_TENDER_BLOCKS_MAX 16
#define UK_TENDER_ENTROPY_WORDS 16

#ifndef __ASSEMBLER__
#include <stdint.h>

struct uk_tender_note {
	uint32_t version; /* UK_TENDER_VERSION */
	uint32_t stack_slots; /* guarded stacks to map for threads, up to 4096 */
	uint64_t stack_slot_bytes; /* of each, with its guard; a multiple of the page's size */
	uint64_t stack_guard_bytes; /* at the lower end of each slot, not mapped */
	uint64_t fault_handler; /* void (*)(int signal, siginfo_t *, ucontext_t *) */
};

/* One packet for each read and write, after a header of ten bytes that says what virtio's network
 * device says in its own: struct virtio_net_hdr. The peer completes and checks no checksums. */
#define UK_TENDER_NETWORK_TAP 1
#define UK_TENDER_TAP_HEADER_BYTES 10
#define UK_TENDER_NETWORK_STREAM 2 /* a stream of frames, each after its length: four bytes, big-endian */

struct uk_tender_network {
	int32_t fd; /* does not block */
	uint32_t kind;
	uint8_t address[6];
	uint16_t mtu; /* bytes, without the Ethernet header */
};

#define UK_TENDER_BLOCK_READ_ONLY 1
#define UK_TENDER_BLOCK_NAME_MAX 20 /* bytes, as of a virtio disk's serial number */

/* There is no call to flush: what pwrite64 has written is durable when it returns. */
struct uk_tender_block {
	int32_t fd;
	uint32_t flags;
	uint64_t size_bytes;
	char name[24]; /* ends with a NUL */
};

struct uk_tender_boot {
	uint32_t version;
	int32_t console_in, console_out; /* may block: ask ppoll first; -1: there is none */
	/* Has an event, for ppoll alone, once the guest is asked to end; -1: it cannot be. */
	int32_t stop;
	uint32_t network_count, block_count;
	uint32_t stack_slots;
	/* Readable, writable, zeroed, not executable; not the image, nor what follows. */
	uint64_t memory_start, memory_bytes;
	/* Slots as the note asked for, one after the other. */
	uint64_t stacks_start;
	/* What the host hands over beside the image, as uk/plat.h describes it. */
	uint64_t config_start, config_bytes;
	/* int (*)(clockid_t, struct timespec *) as fast as the system call or faster; 0: none. */
	uint64_t clock_gettime;
	uint64_t entropy[UK_TENDER_ENTROPY_WORDS]; /* random; whoever uses a word erases it */
	struct uk_tender_network networks[UK_TENDER_NETWORKS_MAX];
	struct uk_tender_block blocks[UK_TENDER_BLOCKS_MAX];
};

#endif /* __ASSEMBLER__ */

#endif
