/* Lays out the guest's memory: from the image's headers to what the guest is handed. */
#ifndef TENDER_LOAD_H
#define TENDER_LOAD_H

#include "image.h"
#include "options.h"

/* Maps the image's segments, its stacks, the guest's memory and its configuration; fills in a
 * boot structure (but for its networks and its console) in memory of its own and returns it.
 * Ends the process with a message if that cannot be done. */
struct uk_tender_boot *load_guest(const struct options *options, const unsigned char *file,
				  const struct image *image);

/* Unmaps all that load_guest() has mapped, *boot included: in the process that stays outside. */
void load_forget(struct uk_tender_boot *boot);

#endif
