/* musl's atomic operations, except the one that ends a program which is beyond repair: hlt
 * faults only in a process, an invalid instruction everywhere. */
#include_next "atomic_arch.h"

#undef a_crash
#define a_crash __builtin_trap
