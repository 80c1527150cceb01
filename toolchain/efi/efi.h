/* What the stub uses of UEFI (specification 2.10; the sections are named at each part). */
#ifndef EFI_H
#define EFI_H

#include <stddef.h>
#include <stdint.h>

#define EFIAPI __attribute__((ms_abi))
#define EFI_PAGE_BYTES 4096

typedef uint64_t efi_status; /* appendix D: errors have the top bit */
typedef void *efi_handle;
typedef uint16_t efi_char;

#define EFI_ERROR (UINT64_C(1) << 63)
#define EFI_BUFFER_TOO_SMALL (EFI_ERROR | 5)
#define EFI_NOT_FOUND (EFI_ERROR | 14)

struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_header {
	uint64_t signature;
	uint32_t revision, size, crc, reserved;
};

/* 12.4: text output. */
struct efi_text_output {
	void *reset;
	efi_status(EFIAPI *output)(struct efi_text_output *self, const efi_char *text);
};

/* 7.2: memory. */
enum efi_allocation { EFI_ALLOCATE_ANY, EFI_ALLOCATE_BELOW, EFI_ALLOCATE_AT };
enum efi_memory_type {
	EFI_LOADER_CODE = 1,
	EFI_LOADER_DATA,
	EFI_BOOT_CODE,
	EFI_BOOT_DATA,
	EFI_CONVENTIONAL = 7,
	EFI_ACPI_RECLAIM = 9,
	EFI_ACPI_STORAGE,
};
struct efi_memory {
	uint32_t type, padding;
	uint64_t start, virtual_start, pages, attributes;
};

/* 4.4: boot services, up to the last one that is used here. */
struct efi_boot_services {
	struct efi_header header;
	void *raise_priority, *restore_priority;
	efi_status(EFIAPI *allocate_pages)(enum efi_allocation how, enum efi_memory_type type,
					   uint64_t pages, uint64_t *address);
	efi_status(EFIAPI *free_pages)(uint64_t address, uint64_t pages);
	efi_status(EFIAPI *get_memory_map)(uint64_t *bytes, void *map, uint64_t *key,
					   uint64_t *entry_bytes, uint32_t *version);
	void *allocate_pool, *free_pool;
	void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status(EFIAPI *handle_protocol)(efi_handle handle, const struct efi_guid *protocol,
					    void **interface);
	void *reserved, *register_notify, *locate_handle, *locate_path, *install_table;
	void *load_image, *start_image, *exit, *unload_image;
	efi_status(EFIAPI *exit_boot_services)(efi_handle image, uint64_t map_key);
};

/* 4.6: configuration tables. */
struct efi_table {
	struct efi_guid guid;
	void *table;
};

/* 4.3 */
struct efi_system {
	struct efi_header header;
	efi_char *vendor;
	uint32_t vendor_revision, padding;
	efi_handle input_handle;
	void *input;
	efi_handle output_handle;
	struct efi_text_output *output;
	efi_handle error_handle;
	struct efi_text_output *error;
	void *runtime;
	struct efi_boot_services *boot;
	uint64_t table_count;
	struct efi_table *tables;
};

/* 9.1: what is known of a loaded image. */
#define EFI_LOADED_IMAGE                                                                           \
	{0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}}
struct efi_loaded_image {
	uint32_t revision, padding;
	efi_handle parent;
	struct efi_system *system;
	efi_handle device;
	void *path, *reserved;
	uint32_t options_bytes, padding2;
	void *options;
	void *base;
	uint64_t bytes;
};

/* 13.4 and 13.5: files of the partition. */
#define EFI_FILE_SYSTEM                                                                            \
	{0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}}
#define EFI_FILE_READ UINT64_C(1)
struct efi_file {
	uint64_t revision;
	efi_status(EFIAPI *open)(struct efi_file *self, struct efi_file **file,
				 const efi_char *name, uint64_t mode, uint64_t attributes);
	efi_status(EFIAPI *close)(struct efi_file *self);
	void *delete;
	efi_status(EFIAPI *read)(struct efi_file *self, uint64_t *bytes, void *buffer);
	void *write;
	efi_status(EFIAPI *get_position)(struct efi_file *self, uint64_t *position);
	efi_status(EFIAPI *set_position)(struct efi_file *self, uint64_t position);
};
struct efi_file_system {
	uint64_t revision;
	efi_status(EFIAPI *open_volume)(struct efi_file_system *self, struct efi_file **root);
};

/* ACPI 6.5, 5.2.5.2: where the root pointer is found. */
#define EFI_ACPI_TABLE                                                                             \
	{0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}}

#endif
