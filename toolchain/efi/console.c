/* Messages for whoever looks at the console of a machine that does not start. */
#include "stub.h"

#define LINE_MAX 200

_Noreturn void fail(const char *what)
{
	static const char before[] = "unikernel: ", after[] = "; cannot start\r\n";
	efi_char line[LINE_MAX + sizeof(before) + sizeof(after)];
	size_t length = 0;

	for (const char *from = before; *from; from++)
		line[length++] = (efi_char)*from;
	for (size_t i = 0; what[i] && i < LINE_MAX; i++)
		line[length++] = (efi_char)what[i];
	for (const char *from = after; *from; from++)
		line[length++] = (efi_char)*from;
	line[length] = 0;
	efi->output->output(efi->output, line);
	for (;;)
		__asm__ volatile("hlt");
}
