/* The small malloc does what musl's does. */
#include "memory.c"
