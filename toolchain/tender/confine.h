/* Takes from a process what a guest must not have. */
#ifndef TENDER_CONFINE_H
#define TENDER_CONFINE_H

#include <stdint.h>
#include <uk/tender-abi.h>

/* Like fork(): a child in namespaces of its own, as far as this machine allows them. Returns 0 in
 * the child, its process id in the parent, a negated error number when there is no child. */
long confine_fork(void);

/* A tender that was started by root lets neither its guest nor its helper be root. */
void confine_user(void);

/* Takes the child's user, limits, privileges, and every descriptor but those that `boot` names.
 * The guest dies with whoever holds the other end of the pipe `lifeline`. */
void confine_process(struct uk_tender_boot *boot, int lifeline);

/* The last step: from here on there are seven system calls. */
void confine_calls(const struct uk_tender_boot *boot);

#endif
