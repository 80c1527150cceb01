/* The process that becomes the guest. */
#ifndef TENDER_GUEST_H
#define TENDER_GUEST_H

#include "image.h"

/* Confines this process and enters the image. */
_Noreturn void guest_enter(struct uk_tender_boot *boot, const struct image *image, int lifeline);

#endif
