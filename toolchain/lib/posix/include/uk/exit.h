/* The end of the program. */
#ifndef UK_EXIT_H
#define UK_EXIT_H

/* Defined by a library that has something to save when the program ends in whatever way but a
 * crash; absent otherwise. */
__attribute__((weak)) void uk_before_exit(void);

#endif
