/* Memory before and after the firmware's services end. */
#include "stub.h"

#define BELOW_4G UINT64_C(0xffffffff)
/* Reading the map and ending the services can be interrupted by the firmware once (7.4.6). */
#define TRIES 8
/* Entries that appear while the map is being read: the room for it is one. */
#define SLACK 16

static uint64_t pages_of(uint64_t bytes)
{
	return (bytes + EFI_PAGE_BYTES - 1) / EFI_PAGE_BYTES;
}

static void *allocate(uint64_t bytes, enum efi_memory_type type)
{
	uint64_t address = BELOW_4G;

	if (efi->boot->allocate_pages(EFI_ALLOCATE_BELOW, type, pages_of(bytes), &address))
		fail("there is no memory below 4 GiB");
	__builtin_memset((void *)address, 0, pages_of(bytes) * EFI_PAGE_BYTES);
	return (void *)address;
}

void *pages_below_4g(uint64_t bytes)
{
	return allocate(bytes, EFI_LOADER_DATA);
}

/* Firmware may let nobody execute data. */
void *code_below_4g(uint64_t bytes)
{
	return allocate(bytes, EFI_LOADER_CODE);
}

void claim(uint64_t start, uint64_t end)
{
	for (uint64_t page = start & ~(EFI_PAGE_BYTES - UINT64_C(1)); page < end; page += EFI_PAGE_BYTES) {
		uint64_t address = page;

		/* What is not free belongs to the firmware; whether that matters, the last map
		 * tells. */
		efi->boot->allocate_pages(EFI_ALLOCATE_AT, EFI_LOADER_DATA, 1, &address);
	}
}

static uint32_t pvh_type(uint32_t type)
{
	switch (type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_CODE:
	case EFI_BOOT_DATA:
	case EFI_CONVENTIONAL:
		return PVH_RAM;
	case EFI_ACPI_RECLAIM:
		return PVH_ACPI;
	case EFI_ACPI_STORAGE:
		return PVH_ACPI_STORAGE;
	default:
		return PVH_RESERVED;
	}
}

/* Neighbours of one type become one entry. The firmware's map is in no particular order, but in
 * practice an ascending one; memory.c of the platform sorts. */
static uint32_t translate(const char *map, uint64_t bytes, uint64_t entry_bytes,
			  struct pvh_memory *result)
{
	uint32_t count = 0;

	for (uint64_t at = 0; at + entry_bytes <= bytes; at += entry_bytes) {
		const struct efi_memory *memory = (const void *)(map + at);
		struct pvh_memory next = {
			.start = memory->start,
			.bytes = memory->pages * EFI_PAGE_BYTES,
			.type = pvh_type(memory->type),
		};
		struct pvh_memory *last = count > 0 ? &result[count - 1] : NULL;

		if (last && last->type == next.type && last->start + last->bytes == next.start)
			last->bytes += next.bytes;
		else
			result[count++] = next;
	}
	return count;
}

/* Whether all of it will be free once the services have ended. */
static bool becomes_free(const struct pvh_memory *map, uint32_t count, uint64_t start, uint64_t end)
{
	for (uint32_t i = 0; i < count; i++)
		if (map[i].type == PVH_RAM && map[i].start <= start &&
		    end <= map[i].start + map[i].bytes)
			return true;
	return false;
}

void leave_firmware(efi_handle image, uint64_t start, uint64_t end, struct pvh_start_info *info)
{
	uint64_t room = 0, bytes = 0, key, entry_bytes = 0;
	uint32_t version;

	if (efi->boot->get_memory_map(&room, NULL, &key, &entry_bytes, &version) !=
		    EFI_BUFFER_TOO_SMALL ||
	    entry_bytes < sizeof(struct efi_memory))
		fail("the firmware has no memory map");
	room += SLACK * entry_bytes;
	char *map = pages_below_4g(room);
	struct pvh_memory *result = pages_below_4g(room / entry_bytes * sizeof(*result));

	info->memory_map = (uintptr_t)result;
	for (unsigned i = 0; i < TRIES; i++) {
		bytes = room;
		if (efi->boot->get_memory_map(&bytes, map, &key, &entry_bytes, &version))
			fail("the firmware's memory map cannot be read");
		info->memory_map_count = translate(map, bytes, entry_bytes, result);
		if (!becomes_free(result, info->memory_map_count, start, end))
			fail("the firmware keeps memory where its kernel was linked to run");
		if (!efi->boot->exit_boot_services(image, key))
			return;
	}
	fail("the firmware does not end its services");
}
