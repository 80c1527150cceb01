/* The guest's wire: a stream of frames, each after its length in four bytes. */
#include "link.h"
#include "bytes.h"
#include "kernel.h"
#include "loop.h"

#define LENGTH_BYTES 4
#define BUFFER_BYTES (256u << 10)
#define FRAME_BYTES_MIN 14
/* Others shall have their turn. */
#define READS_AT_ONCE 4

static int guest;
static uint8_t out[BUFFER_BYTES], in[BUFFER_BYTES];
static size_t out_start, out_end, in_end;
static bool is_blocked;

void link_start(int fd)
{
	guest = fd;
	loop_watch(fd, &(struct loop_event){.events = EPOLLIN, .kind = LOOP_LINK});
}

static void watch(bool blocked)
{
	if (blocked == is_blocked)
		return;
	is_blocked = blocked;
	loop_change(guest, &(struct loop_event){.events = EPOLLIN | (blocked ? EPOLLOUT : 0u),
						.kind = LOOP_LINK});
}

static _Noreturn void end(void)
{
	call(CALL_EXIT_GROUP, 0);
	__builtin_unreachable();
}

void link_flush(void)
{
	while (out_start < out_end) {
		long sent = call(CALL_SENDTO, guest, out + out_start, out_end - out_start,
				 MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);

		if (sent == -EAGAIN)
			break;
		if (sent <= 0)
			end();
		out_start += (size_t)sent;
	}
	if (out_start == out_end)
		out_start = out_end = 0;
	watch(out_end != 0);
}

static bool has_room(void)
{
	return BUFFER_BYTES - out_end >= LENGTH_BYTES + FRAME_BYTES_MAX;
}

uint8_t *link_room(void)
{
	if (!has_room() && !is_blocked) {
		link_flush();
		__builtin_memmove(out, out + out_start, out_end - out_start);
		out_end -= out_start;
		out_start = 0;
	}
	return has_room() ? out + out_end + LENGTH_BYTES : NULL;
}

void link_add(size_t bytes)
{
	write32(out + out_end, (uint32_t)bytes);
	out_end += LENGTH_BYTES + bytes;
}

/* Hands over whole frames; what is left of the last is moved to the front. */
static void take_frames(void)
{
	size_t at = 0;

	while (in_end - at >= LENGTH_BYTES) {
		size_t bytes = read32(in + at);

		/* Not a guest of ours: there is no telling where its next frame begins. */
		if (bytes > BUFFER_BYTES - LENGTH_BYTES)
			end();
		if (in_end - at - LENGTH_BYTES < bytes)
			break;
		if (bytes >= FRAME_BYTES_MIN)
			frame_arrived(in + at + LENGTH_BYTES, bytes);
		at += LENGTH_BYTES + bytes;
	}
	__builtin_memmove(in, in + at, in_end - at);
	in_end -= at;
}

void link_happened(void)
{
	if (is_blocked)
		link_flush();
	for (unsigned i = 0; i < READS_AT_ONCE; i++) {
		size_t room = BUFFER_BYTES - in_end;
		long got = call(CALL_RECVFROM, guest, in + in_end, room, MSG_DONTWAIT, 0, 0);

		if (got == -EAGAIN || got == -EINTR)
			return;
		if (got <= 0)
			end();
		in_end += (size_t)got;
		take_frames();
		if ((size_t)got < room)
			return;
	}
}
