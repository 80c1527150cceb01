/* The guest's interfaces in networks: who asks for one gets a descriptor. */
#include "handover.h"
#include "kernel.h"
#include "loop.h"
#include "sockets.h"
#include "text.h"

#define BACKLOG 4

static struct handover {
	int listener, end;
} handovers[UK_TENDER_NETWORKS_MAX];
static unsigned count;

int handover_open(const struct option_switch *interface)
{
	struct handover *handover = &handovers[count];
	int ends[2];
	/* Messages: a switch that takes over never begins in the middle of a frame. */
	long error = call(CALL_SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);

	if (error)
		fail("cannot make the sockets of an interface", interface->path, error);
	call(CALL_FCNTL, ends[0], F_SETFL, O_RDWR | O_NONBLOCK);
	handover->end = ends[1];
	handover->listener = socket_listen_at(interface->path, BACKLOG);
	loop_watch(handover->listener, EPOLLIN, LOOP_HANDOVER, count++);
	return ends[0];
}

void handover_arrived(unsigned index)
{
	const struct handover *handover = &handovers[index];
	const char byte = 0;
	const struct vector vector = {&byte, 1};
	struct handed_descriptor handed = {.length = HANDED_DESCRIPTOR_LENGTH,
					   .level = SOL_SOCKET,
					   .type = SCM_RIGHTS,
					   .fd = handover->end};
	const struct message message = {.vectors = &vector,
					.vector_count = 1,
					.control = &handed,
					.control_length = sizeof(handed)};
	long fd = call(CALL_ACCEPT4, handover->listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	call(CALL_SENDMSG, fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	call(CALL_CLOSE, fd);
}
