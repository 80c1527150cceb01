/* Sockets and their addresses as text. */
#ifndef TENDER_SOCKETS_H
#define TENDER_SOCKETS_H

#include "kernel.h"
#include "text.h"

/* ADDRESS:PORT, ended by `end`; moves *text behind it. */
bool address_read(const char **text, char end, struct internet_address *address);
void address_write(struct text *text, const struct internet_address *address);
bool address_equal(const struct internet_address *left, const struct internet_address *right);

/* Listens (SOCK_STREAM) or receives (SOCK_DGRAM) at *address, whose port is set to the one that
 * was got. Returns the descriptor, which does not block, or a negated error number. */
long socket_listen(int type, struct internet_address *address);
/* Begins to connect; the descriptor does not block. */
/* Listens at a path; ends the process with a message if that cannot be. */
int socket_listen_at(const char *path, int backlog);
long socket_connect(int type, const struct internet_address *address);
/* Closes so that the other side sees an error, not an end. */
void socket_reset(int fd);

#endif
