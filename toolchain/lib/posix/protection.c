/*
 * Memory comes from the platform readable and writable, and must go back so. Only exceptions
 * are remembered, in a list ordered by address: a program has few, mostly guard pages.
 */
#include "protection.h"
#include <errno.h>
#include <string.h>
#include <uk/mem.h>
#include <uk/plat.h>

struct exception {
	struct exception *next;
	uintptr_t start, end;
	int access;
};

static struct exception *exceptions;

static struct exception *insert(struct exception **link, uintptr_t start, uintptr_t end, int access)
{
	struct exception *new = uk_alloc(sizeof(*new));
	if (!new)
		return NULL;
	*new = (struct exception){*link, start, end, access};
	*link = new;
	return new;
}

/* The first link whose exception ends behind address. */
static struct exception **find(uintptr_t address)
{
	struct exception **link = &exceptions;
	while (*link && (*link)->end <= address)
		link = &(*link)->next;
	return link;
}

int posix_unprotect(uintptr_t address, size_t length)
{
	uintptr_t end = address + length;
	struct exception **link = find(address);
	struct exception *exception;
	while ((exception = *link) && exception->start < end) {
		uintptr_t from = exception->start > address ? exception->start : address;
		uintptr_t to = exception->end < end ? exception->end : end;
		/* What is left behind the part is the only step that needs memory: first. */
		if (exception->start < from && exception->end > to &&
		    !insert(&exception->next, to, exception->end, exception->access))
			return -ENOMEM;
		int error = uk_plat_protect(from, to - from, UK_PROT_READ | UK_PROT_WRITE);
		if (error)
			return error;
		if (exception->start < from) {
			exception->end = from;
			link = &exception->next;
		} else if (exception->end > to) {
			exception->start = to;
		} else {
			*link = exception->next;
			uk_free(exception);
		}
	}
	return 0;
}

int posix_zero(uintptr_t address, size_t length)
{
	uintptr_t end = address + length;
	for (struct exception *exception = *find(address); address < end;
	     exception = exception->next) {
		uintptr_t plain_end = exception && exception->start < end ? exception->start : end;
		if (plain_end > address) {
			memset((void *)address, 0, plain_end - address);
			address = plain_end;
		}
		if (address >= end)
			break;
		uintptr_t to = exception->end < end ? exception->end : end;
		int error = uk_plat_protect(address, to - address, UK_PROT_READ | UK_PROT_WRITE);
		if (error)
			return error;
		memset((void *)address, 0, to - address);
		error = uk_plat_protect(address, to - address, exception->access);
		if (error)
			return error;
		address = to;
	}
	return 0;
}

int posix_protect(uintptr_t address, size_t length, int access)
{
	int error = posix_unprotect(address, length);
	if (error || access == (UK_PROT_READ | UK_PROT_WRITE))
		return error;
	struct exception **link = find(address);
	struct exception *new = insert(link, address, address + length, access);
	if (!new)
		return -ENOMEM;
	error = uk_plat_protect(address, length, access);
	if (error) {
		*link = new->next;
		uk_free(new);
	}
	return error;
}
