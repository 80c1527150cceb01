/* The guest's configuration: a file on the partition that this program was started from. It is
 * no part of the program, so that one signed program serves every environment. */
#include "stub.h"

#define CONFIGURATION_BYTES_MAX (UINT64_C(1) << 20)

static const efi_char path[] = u"\\EFI\\BOOT\\CONFIG";

void *read_configuration(efi_handle device, uint64_t *bytes)
{
	static const struct efi_guid protocol = EFI_FILE_SYSTEM;
	struct efi_file_system *file_system;
	struct efi_file *root, *file;

	if (efi->boot->handle_protocol(device, &protocol, (void **)&file_system) ||
	    file_system->open_volume(file_system, &root))
		return NULL;
	efi_status status = root->open(root, &file, path, EFI_FILE_READ, 0);

	if (status == EFI_NOT_FOUND)
		return NULL;
	/* The end of a file is asked for with a position of all ones (13.5.6). */
	if (status || file->set_position(file, UINT64_MAX) || file->get_position(file, bytes) ||
	    file->set_position(file, 0))
		fail("the configuration on its partition cannot be read");
	if (*bytes > CONFIGURATION_BYTES_MAX)
		fail("the configuration on its partition has more than 1 MiB");
	void *buffer = pages_below_4g(*bytes + 1);
	uint64_t got = *bytes;

	if (file->read(file, &got, buffer) || got != *bytes)
		fail("the configuration on its partition cannot be read");
	file->close(file);
	root->close(root);
	return buffer;
}
