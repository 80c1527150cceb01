// Tries what its arguments say, as a guest that its host must not trust: system calls with any
// numbers, memory that is not its own. Says "tried RESULT" when it is still there afterwards.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/plat.h>
#include <uk/plat-linux.h>

static long call(long number, const long arguments[6])
{
	register long fourth __asm__("r10") = arguments[3];
	register long fifth __asm__("r8") = arguments[4];
	register long sixth __asm__("r9") = arguments[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]),
			   "r"(fourth), "r"(fifth), "r"(sixth)
			 : "rcx", "r11", "memory");
	return result;
}

/* The way of 32-bit programs, where numbers mean other calls. */
static long call_32(long number)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0L), "c"(0L) : "memory");
	return result;
}

static char buffer[8192];

/* A number; or "buffer", "text", "memory", "boot" for an address. */
static long value_of(const char *text)
{
	const struct uk_memory_region *regions;

	if (!strcmp(text, "buffer"))
		return (long)buffer;
	if (!strcmp(text, "text"))
		return (long)value_of;
	if (!strcmp(text, "boot"))
		return (long)uk_linux_boot;
	if (!strcmp(text, "memory")) {
		uk_plat_memory(&regions);
		return (long)regions[0].start;
	}
	return (long)strtoull(text, NULL, 0);
}

static void touch_everything(void)
{
	const struct uk_memory_region *regions;
	size_t count = uk_plat_memory(&regions);

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at < regions[i].length; at += UK_PAGE_SIZE)
			*(volatile char *)(regions[i].start + at) += 0;
	for (void *stack; (stack = uk_plat_stack_take(1));)
		for (size_t at = UK_PAGE_SIZE; at < 144 * 1024; at += UK_PAGE_SIZE)
			((volatile char *)stack)[at] = 1;
	printf("touched\n");
	fflush(stdout);
	uk_plat_wait(UINT64_MAX);
}

/* As much console output as there is place for, then a word that shows that it is still there. */
static void flood(long megabytes)
{
	static char noise[1 << 16];

	memset(noise, 'x', sizeof(noise));
	for (long i = 0; i < megabytes * 16; i++)
		uk_console_write(noise, sizeof(noise));
}

/* Asks for memory until there is none, then lives on with what it has. */
static void exhaust(void)
{
	static char *volatile piece; /* or the compiler leaves out what nobody looks at */
	unsigned long pieces = 0;

	for (size_t length = 1 << 20; length >= 4096; length /= 2)
		for (; (piece = malloc(length)) != NULL; pieces++)
			memset(piece, 1, length);
	printf("exhausted after %lu\n", pieces);
}

static void multiply(void)
{
	char *const nothing[] = {NULL};

	printf("fork %d vfork %d exec %d\n", fork(), vfork(), execve("/bin/sh", nothing, nothing));
}

int main(int count, char **arguments)
{
	const char *attempt = count > 1 ? arguments[1] : "";
	long values[7] = {0};

	for (int i = 2; i < count && i < 9; i++)
		values[i - 2] = value_of(arguments[i]);
	printf("trying\n");
	fflush(stdout);
	if (!strcmp(attempt, "call"))
		printf("tried %ld\n", call(values[0], values + 1));
	else if (!strcmp(attempt, "call32"))
		printf("tried %ld\n", call_32(values[0]));
	else if (!strcmp(attempt, "write"))
		*(volatile char *)values[0] = 1;
	else if (!strcmp(attempt, "read"))
		printf("tried %d\n", *(volatile char *)values[0]);
	else if (!strcmp(attempt, "run"))
		((void (*)(void))values[0])();
	else if (!strcmp(attempt, "break-handler")) {
		uk_linux_boot = NULL;
		__builtin_trap();
	} else if (!strcmp(attempt, "no-stack"))
		__asm__ volatile("xor %esp, %esp; push %rax");
	else if (!strcmp(attempt, "flood"))
		flood(values[0]);
	else if (!strcmp(attempt, "exhaust"))
		exhaust();
	else if (!strcmp(attempt, "multiply"))
		multiply();
	else if (!strcmp(attempt, "touch"))
		touch_everything();
	return 0;
}
