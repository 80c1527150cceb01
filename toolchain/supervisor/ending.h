/* What the end of a guest's process means. */
#ifndef SUPERVISOR_ENDING_H
#define SUPERVISOR_ENDING_H

#include "plan.h"
#include "text.h"

/* Whether the guest ended well; `status` is what wait4 tells. */
bool ending_is_success(enum kind kind, int status);
/* Whether the process ended before there was a guest: it has said why on stderr, where nothing
 * stood before `log_start`. */
bool ending_is_no_start(enum kind kind, int status, uint64_t log_start);
/* In words, e.g. "exit status 3". */
void ending_describe(enum kind kind, int status, struct text *text);
/* The file "ended": "exit CODE" or "signal NUMBER" of the process. */
void ending_record(int status);
/* Bytes in stderr's file; 0 when it is none. */
uint64_t log_length(void);
/* Writes a small file at once or not at all. */
void write_file(const char *path, const char *temporary, const struct text *text);

#endif
