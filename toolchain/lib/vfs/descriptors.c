/*
 * The descriptor table. It begins in the image with the console as 0, 1 and 2, so that a
 * program which only prints needs neither memory nor an initialiser, and doubles when full.
 */
#include "descriptors.h"
#include "console.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>

#define BUILT_IN 16

struct descriptor {
	struct uk_file *file;
	bool close_on_exec;
};

static struct descriptor built_in[BUILT_IN] = {
	{.file = &uk_console_file},
	{.file = &uk_console_file},
	{.file = &uk_console_file},
};
static struct descriptor *table = built_in;
static int size = BUILT_IN;
/* No descriptor below this one is free. */
static int lowest_free = 3;

static int grow(int at_least)
{
	int larger = size;
	while (larger <= at_least)
		larger *= 2;
	if (larger > CONFIG_POSIX_DESCRIPTORS)
		larger = CONFIG_POSIX_DESCRIPTORS;
	struct descriptor *copy = uk_zalloc((size_t)larger * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, table, (size_t)size * sizeof(*copy));
	if (table != built_in)
		uk_free(table);
	table = copy;
	size = larger;
	return 0;
}

/* The entry of a descriptor that may not exist yet. */
static int reserve(int descriptor)
{
	if (descriptor < size)
		return 0;
	return grow(descriptor);
}

int uk_fd_install(struct uk_file *file, int minimum, bool close_on_exec)
{
	int descriptor = minimum > lowest_free ? minimum : lowest_free;
	while (descriptor < size && table[descriptor].file)
		descriptor++;
	if (descriptor >= CONFIG_POSIX_DESCRIPTORS)
		return -EMFILE;
	int error = reserve(descriptor);
	if (error)
		return error;
	table[descriptor] = (struct descriptor){file, close_on_exec};
	if (minimum <= lowest_free)
		lowest_free = descriptor + 1;
	return descriptor;
}

int uk_fd_replace(int descriptor, struct uk_file *file, bool close_on_exec)
{
	if (descriptor < 0 || descriptor >= CONFIG_POSIX_DESCRIPTORS)
		return -EBADF;
	int error = reserve(descriptor);
	if (error)
		return error;
	struct uk_file *old = table[descriptor].file;
	table[descriptor] = (struct descriptor){file, close_on_exec};
	if (old)
		uk_file_release(old);
	return descriptor;
}

struct uk_file *uk_fd_get(int descriptor)
{
	if ((unsigned)descriptor >= (unsigned)size)
		return NULL;
	return table[descriptor].file;
}

int uk_fd_close(int descriptor)
{
	struct uk_file *file = uk_fd_get(descriptor);
	if (!file)
		return -EBADF;
	table[descriptor].file = NULL;
	if (descriptor < lowest_free)
		lowest_free = descriptor;
	uk_file_release(file);
	return 0;
}

bool uk_fd_close_on_exec(int descriptor)
{
	return table[descriptor].close_on_exec;
}

void uk_fd_set_close_on_exec(int descriptor, bool close_on_exec)
{
	table[descriptor].close_on_exec = close_on_exec;
}

int uk_fd_end(void)
{
	return size;
}
