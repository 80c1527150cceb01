/* What the waiting system calls tell those who send: how much more output is to be expected
 * before the program waits again. */
#ifndef UK_POLL_H
#define UK_POLL_H

/*
 * Events that the last epoll_wait() handed out and that have probably not been handled yet.
 * While it is above 1, output may wait to be sent together; whoever sends counts it down.
 */
extern unsigned uk_poll_batch;

#endif
