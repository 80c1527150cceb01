/* The control socket: one line in, an answer out. */
#ifndef TENDER_CONTROL_H
#define TENDER_CONTROL_H

#include "loop.h"
#include "text.h"

/* Listens at a path; ends the process with a message if it cannot. */
void control_listen(const char *path);
void control_arrived(void);
/* Something can be read from a client. */
void control_happened(unsigned index);

/* forward.c: carries a request out and writes the answer. */
void forward_request(const char *line, struct text *answer);

#endif
