/* Relays UDP datagrams. A client is known as long as its place is not needed for another: nothing
 * says when a client of UDP is finished. */
#include "flow.h"
#include "kernel.h"

#define FLOWS_MAX 128
#define DATAGRAM_BYTES_MAX 65536
#define DATAGRAMS_AT_ONCE 64

static struct flow {
	bool is_used;
	int listener, fd;
	uint64_t last_used;
	struct internet_address client;
} flows[FLOWS_MAX];
static uint64_t uses;
static char datagram[DATAGRAM_BYTES_MAX];

static void end(struct flow *flow)
{
	if (flow->is_used)
		call(CALL_CLOSE, flow->fd);
	flow->is_used = false;
}

static struct flow *find(int listener, const struct internet_address *client)
{
	for (unsigned i = 0; i < FLOWS_MAX; i++)
		if (flows[i].is_used && flows[i].listener == listener &&
		    address_equal(&flows[i].client, client))
			return &flows[i];
	return NULL;
}

/* In a free place, else in that of whoever has been silent for longest. */
static struct flow *begin(int listener, const struct internet_address *client,
			  const struct internet_address *target)
{
	struct flow *flow = &flows[0];
	long fd;

	for (unsigned i = 0; i < FLOWS_MAX && flow->is_used; i++)
		if (!flows[i].is_used || flows[i].last_used < flow->last_used)
			flow = &flows[i];
	end(flow);
	fd = socket_connect(SOCK_DGRAM, target);
	if (fd < 0)
		return NULL;
	*flow = (struct flow){true, listener, (int)fd, 0, *client};
	loop_watch((int)fd, EPOLLIN, LOOP_FLOW, (unsigned)(flow - flows));
	return flow;
}

void flow_arrived(int listener, const struct internet_address *target)
{
	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		struct internet_address client;
		int length = sizeof(client);
		long got = call(CALL_RECVFROM, listener, datagram, sizeof(datagram), MSG_DONTWAIT,
				&client, &length);
		struct flow *flow;

		if (got < 0)
			return;
		flow = find(listener, &client);
		if (!flow)
			flow = begin(listener, &client, target);
		if (!flow)
			continue;
		flow->last_used = ++uses;
		call(CALL_SENDTO, flow->fd, datagram, got, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
	}
}

void flow_answered(unsigned index)
{
	struct flow *flow = &flows[index];

	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE && flow->is_used; i++) {
		/* An error says that the guest refused the last one; the next may be welcome. */
		long got = call(CALL_RECVFROM, flow->fd, datagram, sizeof(datagram), MSG_DONTWAIT,
				0, 0);

		if (got < 0)
			return;
		flow->last_used = ++uses;
		call(CALL_SENDTO, flow->listener, datagram, got, MSG_DONTWAIT | MSG_NOSIGNAL,
		     &flow->client, sizeof(flow->client));
	}
}

void flow_forget(int listener)
{
	for (unsigned i = 0; i < FLOWS_MAX; i++)
		if (flows[i].is_used && flows[i].listener == listener)
			end(&flows[i]);
}
