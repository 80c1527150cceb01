/*
 * What a supervisor is to do, in the file "command" of the guest's directory. It is read again
 * before every start and every decision, so that ports that have moved and settings that have
 * changed count from then on. Strings that each end in NUL:
 *   --kind qemu|process        how it is asked to end, and what its exit code means (ending.h)
 *   --restart no|on-failure|always
 *   --retries N                restarts in a row before it gives up; absent: no limit
 *   --backoff MS               pause before the first restart; doubled for each further one
 *   --shutdown-timeout MS      from the request to end until it is killed; 0: killed at once
 *   --console-bytes N          when the console's log gives way to a new one
 *   -- PROGRAM ARGUMENT...
 */
#ifndef SUPERVISOR_PLAN_H
#define SUPERVISOR_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define ARGUMENTS_MAX 512

enum kind { KIND_PROCESS, KIND_QEMU };
enum restart { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };

struct plan {
	enum kind kind;
	enum restart restart;
	uint64_t retries_max; /* UINT64_MAX: no limit */
	uint64_t backoff_ms;
	uint64_t shutdown_timeout_ms;
	uint64_t console_bytes_max;
	char *arguments[ARGUMENTS_MAX + 1];
};

/* False when there is none that can be understood; *plan is then as it was. */
bool plan_read(struct plan *plan);

#endif
