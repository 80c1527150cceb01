/* What the files of this platform need of each other, and of the kernel. */
#ifndef UK_LINUX_LINUX_H
#define UK_LINUX_LINUX_H

/* Left out at the lower end of each stack of a further thread: one page (uk/plat.h). */
#define UK_LINUX_STACK_GUARD 4096

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/plat-linux.h>

/* The layout of the image, from the linker script. */
extern char __image_start[], __text_start[], __text_end[], __data_start[], __data_end[];
extern char __stack_start[], __stack_end[], __image_end[];

#define CALL_READ 0
#define CALL_WRITE 1
#define CALL_PREAD 17
#define CALL_PWRITE 18
#define CALL_CLOCK_GETTIME 228
#define CALL_EXIT_GROUP 231
#define CALL_PPOLL 271

struct linux_time {
	int64_t seconds, nanoseconds;
};

struct linux_poll {
	int fd;
	short events, happened;
};

static inline long linux_call(long number, long a, long b, long c, long d)
{
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
			 : "rcx", "r11", "memory");
	return result;
}

/* Waits until a descriptor has an event or the time is over (NULL: for ever). */
static inline long linux_poll(struct linux_poll *polls, unsigned count,
			      const struct linux_time *timeout)
{
	return linux_call(CALL_PPOLL, (long)polls, count, (long)timeout, 0);
}

/* faults.c: where the tender's signals arrive; signal_info and context are the kernel's. */
void uk_linux_fault(int signal, const void *signal_info, const void *context);

#endif /* __ASSEMBLER__ */

#endif
