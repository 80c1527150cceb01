/* The order of a guest's life: every library's start-up function by stage, the application,
 * the end. */
#include <uk/init.h>
#include <uk/plat.h>

/* Gathered by the linker script from the sections that UK_INIT fills, stage by stage. */
extern const uk_init_function __uk_init_start[], __uk_init_end[];

_Noreturn void uk_start(void)
{
	for (const uk_init_function *function = __uk_init_start; function < __uk_init_end;
	     function++)
		(*function)();
	uk_plat_exit(uk_application());
}
