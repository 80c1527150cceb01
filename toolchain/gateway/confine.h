/* Takes from the gateway what it does not need, since what it reads comes from a guest. */
#ifndef GATEWAY_CONFINE_H
#define GATEWAY_CONFINE_H

/* From here on: no files, no processes, no privileges; sockets and memory. */
void confine(void);

#endif
