/*
 * From the platform to main(): arguments, environment and auxiliary vector as a Linux kernel
 * would have left them on the stack, then musl's own initialisation.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uk/init.h>
#include <uk/plat.h>
#include <uk/random.h>
#include "libc.h"

int main(int, char **, char **);

/* The start of the image, where the linker leaves the ELF header. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

extern weak hidden void (*const __init_array_start[])(int, char **, char **);
extern weak hidden void (*const __init_array_end[])(int, char **, char **);

static char program_name[] = "app";

/* The value behind a prefix, or NULL. */
static char *value_of(const char *entry, const char *prefix)
{
	size_t length = strlen(prefix);
	return strncmp(entry, prefix, length) ? NULL : (char *)entry + length;
}

/* Stores the values of all entries with a prefix, unless `values` is NULL; returns how many. */
static size_t collect(const char *prefix, char **values)
{
	size_t length = 0, found = 0;
	const char *config = uk_boot_config(&length);
	for (size_t at = 0; config && at < length; at += strlen(config + at) + 1) {
		char *value = value_of(config + at, prefix);
		if (!value)
			continue;
		if (values)
			values[found] = value;
		found++;
	}
	return found;
}

/* Which musl's __init_tls reads by index. */
static void describe_image(size_t *auxiliary)
{
	auxiliary[AT_PHDR] = (size_t)&__ehdr_start + __ehdr_start.e_phoff;
	auxiliary[AT_PHENT] = __ehdr_start.e_phentsize;
	auxiliary[AT_PHNUM] = __ehdr_start.e_phnum;
}

static void initialise(int count, char **arguments, char **environment)
{
	size_t *vector = libc.auxv;
	size_t by_index[AT_PHNUM + 1] = {0};

	__environ = environment;
	libc.page_size = UK_PAGE_SIZE;
	__progname = __progname_full = arguments[0];
	describe_image(by_index);
	__init_tls(by_index);
	for (; *vector != AT_RANDOM; vector += 2)
		;
	for (size_t i = 0; i < (size_t)(__init_array_end - __init_array_start); i++)
		__init_array_start[i](count, arguments, environment);
}

int uk_application(void)
{
	size_t arguments = collect("arg:", NULL) + 1;
	size_t variables = collect("env:", NULL);
	static uint64_t random[2];
	uk_random(random, sizeof(random));

	/* Everything that getauxval() may be asked for; users and AT_SECURE are zero. */
	const size_t auxiliary[] = {
		AT_PAGESZ, UK_PAGE_SIZE,
		AT_PHDR, (size_t)&__ehdr_start + __ehdr_start.e_phoff,
		AT_PHENT, __ehdr_start.e_phentsize,
		AT_PHNUM, __ehdr_start.e_phnum,
		AT_UID, 0, AT_EUID, 0, AT_GID, 0, AT_EGID, 0, AT_SECURE, 0,
		AT_CLKTCK, 100,
		AT_EXECFN, (size_t)program_name,
		AT_RANDOM, (size_t)random,
		AT_NULL, 0,
	};
	/* In one block, in this order: musl finds the parts from one another. It lives as long as
	 * the program, since exit() does not return here. */
	char *block[arguments + 1 + variables + 1 + sizeof(auxiliary) / sizeof(size_t)];
	char **environment = block + arguments + 1;
	char **rest = environment + variables + 1;

	block[0] = program_name;
	collect("arg:", block + 1);
	block[arguments] = NULL;
	collect("env:", environment);
	environment[variables] = NULL;
	memcpy(rest, auxiliary, sizeof(auxiliary));
	libc.auxv = (size_t *)rest;

	initialise((int)arguments, block, environment);
	exit(main((int)arguments, block, environment));
}
