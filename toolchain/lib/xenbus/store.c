/* The store's side of a guest: messages through two rings in a page that the host has set up. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <uk/plat.h>
#include <uk/xen.h>
#include <uk/xenstore.h>

#define RING_BYTES 1024u
#define MESSAGE_MAX 4096u
#define PATIENCE_NANOSECONDS 10000000000UL

#define TYPE_LIST 1
#define TYPE_READ 2
#define TYPE_WATCH 4
#define TYPE_WRITE 11
#define TYPE_EVENT 15
#define TYPE_ERROR 16

struct rings {
	char out[RING_BYTES], in[RING_BYTES];
	/* Count on for ever; the place in a ring is the remainder. */
	uint32_t out_taken, out_given, in_taken, in_given;
};

struct header {
	uint32_t type, request, transaction, length;
};

static volatile struct rings *rings;
static uint32_t channel;
static bool has_changed;

/* Nothing to record: who waits looks at the rings. */
static void arrived(void *unused)
{
	(void)unused;
}

static bool is_set_up(void)
{
	if (!rings) {
		channel = (uint32_t)uk_xen_parameter(UK_XEN_PARAMETER_STORE_CHANNEL);
		rings = (volatile struct rings *)(uk_xen_parameter(UK_XEN_PARAMETER_STORE_FRAME) *
						  UK_PAGE_SIZE);
		if (rings)
			uk_irq_register(channel, false, arrived, NULL);
	}
	return rings != NULL;
}

static bool send(const void *bytes, size_t length, uint64_t deadline)
{
	const char *from = bytes;

	while (length) {
		uint32_t at = rings->out_given;
		uint32_t room = RING_BYTES -
				(at - __atomic_load_n(&rings->out_taken, __ATOMIC_ACQUIRE));

		if (!room) {
			if (uk_clock_monotonic() > deadline)
				return false;
			uk_plat_wait(deadline);
			continue;
		}
		for (; room && length; room--, length--)
			rings->out[at++ % RING_BYTES] = *from++;
		__atomic_store_n(&rings->out_given, at, __ATOMIC_RELEASE);
		uk_xen_event_send(channel);
	}
	return true;
}

/* What finds no room is dropped. */
static bool receive(void *bytes, size_t room, size_t length, uint64_t deadline)
{
	char *to = bytes;

	for (size_t count = 0; count < length;) {
		uint32_t at = rings->in_taken;
		uint32_t end = __atomic_load_n(&rings->in_given, __ATOMIC_ACQUIRE);

		if (at == end) {
			if (uk_clock_monotonic() > deadline)
				return false;
			uk_plat_wait(deadline);
			continue;
		}
		for (; at != end && count < length; count++, at++)
			if (count < room)
				to[count] = rings->in[at % RING_BYTES];
		__atomic_store_n(&rings->in_taken, at, __ATOMIC_RELEASE);
		uk_xen_event_send(channel);
	}
	return true;
}

static int error_number(const char *name)
{
	static const struct {
		char name[8];
		int number;
	} errors[] = {{"ENOENT", ENOENT}, {"EACCES", EACCES}, {"EINVAL", EINVAL},
		      {"ENOSPC", ENOSPC}, {"EQUOTA", ENOSPC}, {"EEXIST", EEXIST}};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (memcmp(name, errors[i].name, sizeof("ENOENT")) == 0)
			return errors[i].number;
	return EIO;
}

/* One request and its answer; its length, which may be more than there was room for. */
static int ask(uint32_t type, const char *directory, const char *name, const char *text,
	       char *answer, size_t room)
{
	static uint32_t number;
	char path[UK_XENSTORE_PATH_MAX], error[8] = "";
	size_t directory_length = strlen(directory), name_length = strlen(name);
	size_t path_length = directory_length + 1 + name_length + 1;
	/* Of the kinds of texts only a watch's name ends with a NUL. */
	size_t text_length = text ? strlen(text) + (type == TYPE_WATCH) : 0;
	struct header header = {type, ++number, 0, (uint32_t)(path_length + text_length)};
	uint64_t deadline = uk_clock_monotonic() + PATIENCE_NANOSECONDS;

	if (path_length > sizeof(path) || header.length > MESSAGE_MAX)
		return -EINVAL;
	if (!is_set_up())
		return -EIO;
	memcpy(path, directory, directory_length);
	path[directory_length] = '/';
	memcpy(path + directory_length + 1, name, name_length + 1);
	if (!send(&header, sizeof(header), deadline) || !send(path, path_length, deadline) ||
	    !send(text, text_length, deadline))
		return -EIO;
	for (;;) {
		bool is_answer;

		if (!receive(&header, sizeof(header), sizeof(header), deadline))
			return -EIO;
		has_changed |= header.type == TYPE_EVENT;
		/* One that came too late for a request before is read past. */
		is_answer = header.request == number && header.length <= MESSAGE_MAX;
		if (is_answer && header.type == TYPE_ERROR)
			return receive(error, sizeof(error), header.length, deadline)
				       ? -error_number(error)
				       : -EIO;
		if (!receive(answer, is_answer ? room : 0, header.length, deadline))
			return -EIO;
		if (is_answer)
			return (int)header.length;
	}
}

int uk_xenstore_read(const char *directory, const char *name, char *text, size_t room)
{
	int length = ask(TYPE_READ, directory, name, NULL, text, room - 1);

	if (length >= (int)room)
		return -ENOSPC;
	text[length < 0 ? 0 : length] = 0;
	return length;
}

int uk_xenstore_list(const char *directory, const char *name, char *names, size_t room)
{
	int length = ask(TYPE_LIST, directory, name, NULL, names, room);

	return length > (int)room ? -ENOSPC : length;
}

int uk_xenstore_write(const char *directory, const char *name, const char *text)
{
	int length = ask(TYPE_WRITE, directory, name, text, NULL, 0);

	return length < 0 ? length : 0;
}

int uk_xenstore_watch(const char *directory, const char *name)
{
	int length = ask(TYPE_WATCH, directory, name, "watch", NULL, 0);

	return length < 0 ? length : 0;
}

bool uk_xenstore_has_changed(void)
{
	uint64_t deadline;
	bool changed;

	if (rings && __atomic_load_n(&rings->in_given, __ATOMIC_ACQUIRE) != rings->in_taken) {
		struct header header;

		deadline = uk_clock_monotonic() + PATIENCE_NANOSECONDS;
		if (receive(&header, sizeof(header), sizeof(header), deadline) &&
		    receive(NULL, 0, header.length, deadline))
			has_changed |= header.type == TYPE_EVENT;
	}
	changed = has_changed;
	has_changed = false;
	return changed;
}

int uk_xenstore_read_number(const char *directory, const char *name, uint64_t *value)
{
	char text[24];
	int length = uk_xenstore_read(directory, name, text, sizeof(text));

	if (length < 0)
		return length;
	*value = 0;
	for (const char *digit = text; *digit; digit++) {
		if (*digit < '0' || *digit > '9')
			return -EINVAL;
		*value = *value * 10 + (uint64_t)(*digit - '0');
	}
	return length ? 0 : -EINVAL;
}

int uk_xenstore_write_number(const char *directory, const char *name, uint64_t value)
{
	char text[21];
	size_t at = sizeof(text) - 1;

	text[at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	return uk_xenstore_write(directory, name, text + at);
}
