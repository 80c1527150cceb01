// A guest whose behaviour a test writes into its image: flags, a status, a text.
#include <stdint.h>
#include <uk/plat.h>

static const volatile char behaviour[1024] = "@BEHAVIOUR@";

static void show_configuration(void)
{
	size_t length = 0;
	const char *config = uk_boot_config(&length);

	for (size_t i = 0; i < length; i++)
		uk_console_write(config[i] ? config + i : "\n", 1);
}

int main(void)
{
	if (behaviour[0] == 'c')
		show_configuration();
	for (size_t i = 3; behaviour[i]; i++) {
		char character = behaviour[i];
		uk_console_write(&character, 1);
	}
	if (behaviour[1] == 'x')
		uk_plat_exit((uint8_t)behaviour[2]);
	for (;;)
		uk_plat_wait(UINT64_MAX);
}
