/* What a monitor that boots through PVH leaves in memory (Xen's hvm_start_info, version 1). */
#ifndef UK_X86_PVH_H
#define UK_X86_PVH_H

#include <stdint.h>

#define PVH_MAGIC 0x336ec578
#define PVH_MEMORY_RAM 1

struct pvh_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	uint64_t memory_map; /* from here on: version 1 */
	uint32_t memory_map_count, reserved;
};

struct pvh_module {
	uint64_t start, length, command_line, reserved;
};

struct pvh_memory {
	uint64_t start, length;
	uint32_t type, reserved;
};

#endif
