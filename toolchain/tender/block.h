/* The guest's block devices: files of the host, opened beforehand. */
#ifndef TENDER_BLOCK_H
#define TENDER_BLOCK_H

#include "options.h"
#include <uk/tender-abi.h>

/* Opens the files that the options name and describes them in *boot. */
void blocks_open(const struct options *options, struct uk_tender_boot *boot);

#endif
