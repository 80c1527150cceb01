/*
 * The store of a Xen host: a tree of texts. Paths without a leading / are below this guest's own
 * place. Calls wait for the answer, and MUST be made one after the other: at boot, or by who learned
 * of a change. They return a negated error number: what the store answered, or -EIO when it does
 * not.
 */
#ifndef UK_XENSTORE_H
#define UK_XENSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UK_XENSTORE_PATH_MAX 256

/* The text at directory/name, with a NUL; its length. */
int uk_xenstore_read(const char *directory, const char *name, char *text, size_t room);
int uk_xenstore_read_number(const char *directory, const char *name, uint64_t *value);
int uk_xenstore_write(const char *directory, const char *name, const char *text);
int uk_xenstore_write_number(const char *directory, const char *name, uint64_t value);
/* Asks to be told of changes there; the first is told at once. Changes end uk_plat_wait(). */
int uk_xenstore_watch(const char *directory, const char *name);
/* Whether something that is watched has changed since the last call. Does not wait. */
bool uk_xenstore_has_changed(void);
/* The names in directory/name, each with a NUL; the length of all. */
int uk_xenstore_list(const char *directory, const char *name, char *names, size_t room);

#endif
