/* Threads: each has a kernel stack of its own, which begins with the registers to start with. */
#define _GNU_SOURCE /* CLONE_ */
#include "context.h"
#include <errno.h>
#include <sched.h>
#include <uk/clone.h>
#include <uk/mem.h>
#include <uk/plat-kvm.h>
#include <uk/plat.h>
#include <uk/syscalls.h>

#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

/* Objects are aligned to 16 bytes. */
static int begin(void *argument)
{
	struct context context = *(struct context *)argument;

	uk_free(argument);
	binary_start_tick();
	binary_resume(&context);
}

long uk_sys_clone(long flags, long stack, long parent_id, long child_id, long tls)
{
	const struct context *parent = (struct context *)binary_kernel_stack - 1;
	struct context *child = uk_alloc(sizeof(*child));
	long id;

	if (!child)
		return -EAGAIN;
	*child = *parent;
	binary_complete(child);
	child->rax = 0;
	if (stack)
		child->frame.rsp = (uint64_t)stack;
	/* From now on threads may have to be interrupted, for which the timer has to be free. */
	uk_kvm_settle_clock();
	id = uk_clone(begin, NULL, (unsigned long)flags | CLONE_SETTLS, child, (int *)parent_id,
		      flags & CLONE_SETTLS ? (uintptr_t)tls : uk_plat_tls(), (int *)child_id);
	if (id < 0)
		uk_free(child);
	return id;
}

long uk_sys_arch_prctl(long option, long address)
{
	switch (option) {
	case ARCH_SET_FS:
		uk_plat_set_tls((uintptr_t)address);
		return 0;
	case ARCH_GET_FS:
		*(uintptr_t *)address = uk_plat_tls();
		return 0;
	default:
		return -EINVAL;
	}
}
