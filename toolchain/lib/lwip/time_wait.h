/* Keeps the list of ended connections short. */
#ifndef UK_LWIP_TIME_WAIT_H
#define UK_LWIP_TIME_WAIT_H

/* Forgets the oldest connections in TIME_WAIT when there are too many. */
void uk_lwip_limit_time_wait(void);

#endif
