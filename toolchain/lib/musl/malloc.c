/*
 * malloc for images that have to be small, over the allocator of the layers below: a head before
 * each object says where its memory begins. Nothing locks, because no thread is interrupted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/mem.h>
#include "atomic.h"

struct head {
	size_t bytes;
	void *memory; /* NULL: freed */
};
#define ALIGNMENT sizeof(struct head)

static void *allocate(size_t alignment, size_t bytes)
{
	/* The memory itself is aligned to ALIGNMENT. */
	size_t extra = sizeof(struct head) + alignment - ALIGNMENT;
	char *memory = bytes > SIZE_MAX / 4 || alignment > SIZE_MAX / 4 ? NULL
									: uk_alloc(bytes + extra);
	struct head *head;

	if (memory == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	head = (struct head *)(((uintptr_t)memory + extra) & -alignment) - 1;
	*head = (struct head){bytes, memory};
	return head + 1;
}

static struct head *head_of(void *object)
{
	struct head *head = (struct head *)object - 1;

	if (head->memory == NULL)
		a_crash(); /* freed twice */
	return head;
}

void *__libc_malloc(size_t bytes)
{
	return allocate(ALIGNMENT, bytes);
}

void __libc_free(void *object)
{
	struct head *head;
	void *memory;

	if (object == NULL)
		return;
	head = head_of(object);
	memory = head->memory;
	head->memory = NULL;
	uk_free(memory);
}

void *__libc_calloc(size_t count, size_t bytes)
{
	void *object;
	size_t total;

	if (__builtin_mul_overflow(count, bytes, &total))
		total = SIZE_MAX;
	object = allocate(ALIGNMENT, total);
	return object == NULL ? NULL : memset(object, 0, total);
}

void *__libc_realloc(void *object, size_t bytes)
{
	size_t kept = object == NULL ? 0 : head_of(object)->bytes;
	void *moved;

	if (object != NULL && bytes <= kept && bytes >= kept / 2) {
		head_of(object)->bytes = bytes;
		return object;
	}
	moved = allocate(ALIGNMENT, bytes);
	if (moved == NULL)
		return NULL;
	if (object != NULL)
		memcpy(moved, object, kept < bytes ? kept : bytes);
	__libc_free(object);
	return moved;
}

static void *aligned(size_t alignment, size_t bytes)
{
	if ((alignment & (alignment - 1)) != 0) {
		errno = EINVAL;
		return NULL;
	}
	return allocate(alignment < ALIGNMENT ? ALIGNMENT : alignment, bytes);
}

static size_t usable_size(void *object)
{
	return object == NULL ? 0 : head_of(object)->bytes;
}

/* An application may bring its own. */
weak_alias(__libc_malloc, malloc);
weak_alias(__libc_free, free);
weak_alias(__libc_calloc, calloc);
weak_alias(__libc_realloc, realloc);
weak_alias(aligned, aligned_alloc);
weak_alias(usable_size, malloc_usable_size);
