/* The filter that leaves a guest its seven system calls. */
#ifndef TENDER_FILTER_H
#define TENDER_FILTER_H

#include "kernel.h"
#include <uk/tender-abi.h>

#define FILTER_MAX 1024

struct filter {
	unsigned length;
	struct filter_instruction instructions[FILTER_MAX];
};

/* Builds the filter for the descriptors that a boot structure names. */
void filter_build(struct filter *filter, const struct uk_tender_boot *boot);

#endif
