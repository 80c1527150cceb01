/* What a kernel is entered with (Xen's hvm_start_info, version 1), and where its entry is. */
#ifndef PVH_H
#define PVH_H

#include <stdint.h>

#define PVH_MAGIC 0x336ec578
#define PVH_VERSION 1
#define PVH_NOTE_NAME "Xen"
#define PVH_NOTE_ENTRY 18 /* XEN_ELFNOTE_PHYS32_ENTRY */

/* Types of memory, as in E820. */
enum { PVH_RAM = 1, PVH_RESERVED, PVH_ACPI, PVH_ACPI_STORAGE };

struct pvh_module {
	uint64_t start, bytes, command_line, reserved;
};

struct pvh_memory {
	uint64_t start, bytes;
	uint32_t type, reserved;
};

struct pvh_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, acpi_root;
	uint64_t memory_map;
	uint32_t memory_map_count, reserved;
};

#endif
