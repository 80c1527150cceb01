/*
 * The EFI program of a disk image. It carries a unikernel in a section, and starts it the way
 * PVH monitors do, with the firmware's memory map, ACPI tables and, if there is one, the
 * configuration that lies on the same partition.
 */
#include "stub.h"

struct efi_system *efi;

efi_status EFIAPI efi_main(efi_handle image, struct efi_system *system);

static const void *acpi_root(void)
{
	static const struct efi_guid wanted = EFI_ACPI_TABLE;

	for (uint64_t i = 0; i < efi->table_count; i++)
		if (!__builtin_memcmp(&efi->tables[i].guid, &wanted, sizeof(wanted)))
			return efi->tables[i].table;
	return NULL;
}

static void add_configuration(struct pvh_start_info *info, efi_handle device)
{
	uint64_t bytes;
	void *configuration = read_configuration(device, &bytes);

	if (configuration == NULL)
		return;
	struct pvh_module *module = pages_below_4g(sizeof(*module));

	*module = (struct pvh_module){.start = (uintptr_t)configuration, .bytes = bytes};
	info->modules = (uintptr_t)module;
	info->module_count = 1;
}

efi_status EFIAPI efi_main(efi_handle image, struct efi_system *system)
{
	static const struct efi_guid loaded_image = EFI_LOADED_IMAGE;
	struct efi_loaded_image *self;
	uint64_t bytes, start, end;

	efi = system;
	if (efi->boot->handle_protocol(image, &loaded_image, (void **)&self))
		fail("the firmware does not say where it put this program");
	const void *kernel = own_section(self->base, ".kernel", &bytes);

	if (kernel == NULL)
		fail("this program carries no kernel");
	/* The code of the last step, what it reads, and its stack, which grows down from the end. */
	struct page {
		struct handover handover;
		char code[512];
		char stack[512];
	} *page = code_below_4g(sizeof(*page));
	struct pvh_start_info *info = pages_below_4g(sizeof(*info));

	prepare_kernel(kernel, bytes, &page->handover, &start, &end);
	*info = (struct pvh_start_info){
		.magic = PVH_MAGIC,
		.version = PVH_VERSION,
		.acpi_root = (uintptr_t)acpi_root(),
	};
	add_configuration(info, self->device);
	page->handover.start_info = (uint32_t)(uintptr_t)info;
	size_t length = (size_t)(handover_end - handover_start);

	if (length > sizeof(page->code))
		fail("the last step is longer than its place");
	__builtin_memcpy(page->code, handover_start, length);
	leave_firmware(image, start, end, info);
	__asm__ volatile("cli; jmp *%0" ::"r"(page->code), "c"(&page->handover),
			 "d"(page->stack + sizeof(page->stack))
			 : "memory");
	__builtin_unreachable();
}
