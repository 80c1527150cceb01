/*
 * What drivers of Xen's devices need beyond uk/plat.h: hypercalls and event channels.
 *
 * The number that uk_irq_register() takes is that of an event channel; `level` does not matter.
 * Nothing ever interrupts: channels are looked at when the processor waits.
 */
#ifndef UK_XEN_H
#define UK_XEN_H

#include <stdint.h>

#define UK_XEN_SELF 0x7ff0 /* the domain that asks */

/* Hypercalls by number. */
#define UK_XEN_MEMORY 12
#define UK_XEN_GRANT_TABLE 20
#define UK_XEN_SCHEDULE 29
#define UK_XEN_EVENT_CHANNEL 32
#define UK_XEN_HVM 34

/* Returns what Xen does: 0 or more, or a negated error number. */
long uk_xen_call(unsigned number, unsigned long first, const void *second, unsigned long third);

/* What the toolstack tells each guest, by index. */
#define UK_XEN_PARAMETER_STORE_FRAME 1
#define UK_XEN_PARAMETER_STORE_CHANNEL 2
#define UK_XEN_PARAMETER_CONSOLE_FRAME 17
#define UK_XEN_PARAMETER_CONSOLE_CHANNEL 18
uint64_t uk_xen_parameter(uint32_t index);

/* Pages of Xen's own are put where no guest has memory (Xen leaves 0xf0000000 to 4 GiB to
 * devices), one after the other: `space` says which kind, `index` which one of it. */
#define UK_XEN_SPACE_SHARED_INFO 0
#define UK_XEN_SPACE_GRANT_TABLE 1
/* NULL: Xen refuses. */
void *uk_xen_map(uint32_t space, uint64_t index);

/* A new event channel to another domain; its number, or a negated error number. */
long uk_xen_event_new(uint16_t domain);
void uk_xen_event_send(uint32_t channel);

#endif
