/* The guest's process. */
#ifndef SUPERVISOR_CHILD_H
#define SUPERVISOR_CHILD_H

#include "plan.h"

/* The exit code of a process that could not become the guest's; it has said why. */
#define CHILD_NOT_STARTED 127

/* Starts it with its console attached; its id, or 0 when it cannot be. It ends when we end. */
long child_start(const struct plan *plan, char **environment);
/* Asks it to end. */
void child_ask(enum kind kind, long child);
/* Writes the current time into the guest's configuration, which says when it was written. */
void child_set_clock(void);

#endif
