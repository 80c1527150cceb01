/* The error numbers that libraries below libc return (negated); Linux's values, so that a
 * system call can pass them on. */
#ifndef UK_ERRORS_H
#define UK_ERRORS_H

#define UK_EINTR 4
#define UK_EAGAIN 11
#define UK_ENOMEM 12
#define UK_EACCES 13
#define UK_EINVAL 22
#define UK_ENOSPC 28
#define UK_ENOTSUP 95
#define UK_ENOBUFS 105
#define UK_ETIMEDOUT 110

#endif
