/* A socket, between the system calls and the protocols. Results are counts, 0 or -errno. */
#ifndef UK_SOCKET_H
#define UK_SOCKET_H

#include <lwip/ip_addr.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uk/file.h>

/* The far or near end of a conversation. */
struct endpoint {
	ip_addr_t address;
	uint16_t port; /* host byte order */
};

struct socket;
struct socket_protocol {
	int type, number; /* SOCK_…, IPPROTO_… */
	struct socket *(*create)(void);
	int (*bind)(struct socket *, const struct endpoint *);
	/* `to` may be NULL. MSG_DONTWAIT is set in flags for a non-blocking socket. */
	ssize_t (*send)(struct socket *, const struct iovec *, int count, int flags,
			const struct endpoint *to);
	/* Sets *from if it is not NULL, and MSG_TRUNC in *result_flags. */
	ssize_t (*receive)(struct socket *, const struct iovec *, int count, int flags,
			   struct endpoint *from, int *result_flags);
	int (*shutdown)(struct socket *, int how);
	int (*name)(struct socket *, struct endpoint *, bool peer);
	/* -ENOPROTOOPT for options it does not know. */
	int (*set_option)(struct socket *, int level, int option, int value);
	size_t (*readable_bytes)(struct socket *);
};

struct socket {
	struct uk_file file;
	const struct socket_protocol *protocol;
	int error; /* pending, positive; SO_ERROR takes it */
	uint64_t receive_timeout_ns, send_timeout_ns; /* 0: none */
	bool reuse_address, keep_alive, broadcast, linger;
	int linger_seconds;
};

extern const struct socket_protocol socket_tcp, socket_udp;
extern const struct uk_file_ops socket_tcp_file_ops, socket_udp_file_ops;

/*
 * What only some programs do is called by name: the table would link it into every program that
 * makes a socket. UDP's are there with SOCKET_UDP.
 */
int tcp_socket_connect(struct socket *socket, const struct endpoint *endpoint);
int udp_socket_connect(struct socket *socket, const struct endpoint *endpoint);
int tcp_socket_listen(struct socket *socket, int backlog);
int tcp_socket_accept(struct socket *socket, struct socket **accepted);
/* -ENOPROTOOPT for options it does not know. */
int tcp_socket_get_option(struct socket *socket, int level, int option, int *value);
int udp_socket_get_option(struct socket *socket, int level, int option, int *value);

/* The descriptor's socket, or NULL with *error -EBADF or -ENOTSOCK. */
struct socket *socket_get(int descriptor, int *error);
/* Makes a descriptor of it; releases it on failure. */
int socket_install(struct socket *socket, int flags);

/* A deadline for a wait that starts now. */
uint64_t socket_deadline(uint64_t timeout_ns);
/* Waits for the socket to change: 0, or -EAGAIN at the deadline or when flags forbid it. */
int socket_wait(struct socket *socket, int flags, uint64_t deadline);
/* Takes the pending error: 0 or negative. */
int socket_take_error(struct socket *socket);
/* -EPIPE, after the signal that goes with it unless flags forbid it. */
int socket_broken_pipe(int flags);

/* address.c */
int endpoint_from_sockaddr(struct endpoint *endpoint, const void *address, size_t length);
void endpoint_to_sockaddr(const struct endpoint *endpoint, void *address, socklen_t *length);
bool endpoint_is_loopback(const struct endpoint *endpoint);
/* Waits until there is an address to send from, unless `to` is this guest itself. */
int endpoint_reachable(const struct endpoint *to);

/* file.c: what both protocols' files share. */
ssize_t socket_file_read(struct uk_file *file, const struct iovec *vectors, int count,
			 off_t *offset);
ssize_t socket_file_write(struct uk_file *file, const struct iovec *vectors, int count,
			  off_t *offset);
int socket_file_stat(struct uk_file *file, struct stat *status);
long socket_file_ioctl(struct uk_file *file, unsigned long request, void *argument);

size_t socket_total_length(const struct iovec *vectors, int count);

#endif
