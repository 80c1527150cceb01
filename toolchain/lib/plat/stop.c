/* Where the host has no way to ask: a platform that has one brings its own. */
#include <uk/plat.h>

__attribute__((weak)) bool uk_plat_stop_requested(void)
{
	return false;
}
