/* What happened to guests, for whoever looks later: one file for all guests of a home. */
#ifndef SUPERVISOR_EVENTS_H
#define SUPERVISOR_EVENTS_H

#include "text.h"

/* Appends the line "MILLISECONDS GUEST WHAT". A full disk is no reason not to run. */
void event_add(uint64_t now_ms, const char *guest, const struct text *what);

#endif
