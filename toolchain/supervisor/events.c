/* What happened to guests: a file two directories up, since a guest's is HOME/guests/GUEST. */
#include "events.h"
#include "kernel.h"

#define LOG "../../events.log"
#define PREVIOUS "../../events.previous.log"
#define LOG_BYTES_MAX (1 << 20)

void event_add(uint64_t now_ms, const char *guest, const struct text *what)
{
	char bytes[512];
	struct text line = {bytes, sizeof(bytes) - 1, 0};
	struct file_status status;
	long fd = call(CALL_OPEN, LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	text_add_number(&line, now_ms);
	text_add(&line, " ");
	text_add(&line, guest);
	text_add(&line, " ");
	for (size_t i = 0; i < what->length; i++)
		text_add(&line, (const char[]){what->bytes[i], '\0'});
	bytes[line.length++] = '\n';
	/* In one piece: others write there, too. */
	call(CALL_WRITE, fd, bytes, line.length);
	if (!call(CALL_FSTAT, fd, &status) && status.size_bytes > LOG_BYTES_MAX)
		call(CALL_RENAME, LOG, PREVIOUS);
	call(CALL_CLOSE, fd);
}
