/* Tells how a guest ended. */
#ifndef TENDER_REPORT_H
#define TENDER_REPORT_H

#include "image.h"

/* Takes the status that wait4() gave; writes it to a file (NULL: none), and a crash record for
 * those ends of which the guest itself could say nothing. Returns the tender's own exit status. */
int report_end(int status, const char *exit_file, const unsigned char *file,
	       const struct image *image);

#endif
