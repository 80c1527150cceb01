/* The end of the one process there is. */
#ifndef UK_POSIX_PROCESS_H
#define UK_POSIX_PROCESS_H

/* Ends the guest, after what has to be saved was. */
_Noreturn void posix_end(int status);

#endif
