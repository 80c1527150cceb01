/* What littlefs uses of the system around it. */
#ifndef UK_LITTLEFS_DEFINES_H
#define UK_LITTLEFS_DEFINES_H

#include <stddef.h>
#include <stdint.h>
#include <uk/mem.h>
#include <uk/plat.h>

#define LFS_NO_MALLOC /* no <stdlib.h> */
#define LFS_MALLOC uk_alloc
#define LFS_FREE uk_free
#define LFS_ASSERT uk_assert
/* What goes wrong is told by results. */
#define LFS_NO_DEBUG
#define LFS_NO_WARN
#define LFS_NO_ERROR
#define LFS_CRC uk_littlefs_crc

/* CRC-32 without its complements, begun with `crc`. */
uint32_t uk_littlefs_crc(uint32_t crc, const void *bytes, size_t length);

#endif
