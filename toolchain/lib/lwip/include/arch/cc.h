/* What lwIP asks of a compiler and a system. */
#ifndef UK_LWIP_ARCH_CC_H
#define UK_LWIP_ARCH_CC_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/lwip-names.h>
#include <uk/netdev.h>
#include <uk/plat.h>

#define LWIP_NO_CTYPE_H 1
#define LWIP_ERR_T signed char
#define BYTE_ORDER LITTLE_ENDIAN
#define lwip_htons(value) __builtin_bswap16(value)
#define lwip_htonl(value) __builtin_bswap32(value)

#define LWIP_PLATFORM_DIAG(message)
#define LWIP_PLATFORM_ASSERT(message) uk_crash("lwip: " message)
/* Arguments that are wrong end as an error, not as a message. */
#define LWIP_ERROR(message, expression, handler)                                                   \
	do {                                                                                       \
		if (!(expression)) {                                                               \
			handler;                                                                   \
		}                                                                                  \
	} while (0)
#define LWIP_NOASSERT 1

uint32_t uk_lwip_random(void);
#define LWIP_RAND() uk_lwip_random()

uint16_t uk_lwip_checksum(const void *data, int length);

#endif
