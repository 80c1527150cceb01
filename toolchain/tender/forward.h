/* Waits for the guest's end and meanwhile forwards the host's ports. */
#ifndef TENDER_FORWARD_H
#define TENDER_FORWARD_H

#include "options.h"

/*
 * Listens on the ports that the options name and on the control socket; ends the process with a
 * message if one cannot be had. A forward is PROTOCOL:ADDRESS:PORT:ADDRESS:PORT: where to listen
 * (port 0: any), and where what arrives is to go.
 *
 * The control socket takes one line for each connection and closes it after the answer:
 *   list                 the forwards, one a line
 *   add FORWARD          ok PORT, or: error REASON
 *   remove PROTOCOL:ADDRESS:PORT     ok, or: error REASON
 * Connections that exist outlive their forward.
 */
void forward_prepare(const struct options *options);

/* Returns what wait4() said of the guest. SIGTERM, SIGINT and SIGHUP ask it to end, through the
 * descriptor `request`; a second one ends it. */
int forward_until_end(long guest, int request);

#endif
