/* umask. */
#include "mode_mask.h"
#include <uk/syscalls.h>

mode_t uk_mode_mask = 022;

long uk_sys_umask(long mask)
{
	mode_t before = uk_mode_mask;
	uk_mode_mask = (mode_t)mask & 0777;
	return before;
}
