/* Datagrams between the guest and the host. Two ends that talk to each other are a flow, which is
 * known as long as its place is not needed for another: nothing says when UDP is finished. */
#include "udp.h"
#include "bytes.h"
#include "frames.h"
#include "loop.h"
#include "sockets.h"

#define HEADER_BYTES 8
#define DATAGRAM_BYTES_MAX 1472 /* without fragments */
#define FLOWS_MAX 256
#define DATAGRAMS_AT_ONCE 64
#define FIRST_PORT 1024

static struct flow {
	bool is_used;
	bool was_accepted; /* its socket is a listener's, which it shares */
	int fd;
	uint64_t last_used;
	uint16_t guest_port;
	struct far_end far;
	struct internet_address client; /* of one that was accepted */
} flows[FLOWS_MAX];
static uint64_t uses;

static void touch(struct flow *flow)
{
	flow->last_used = ++uses;
}

/* A free place, else that of whoever has been silent for longest. */
static struct flow *take_place(void)
{
	struct flow *flow = &flows[0];

	for (unsigned i = 0; i < FLOWS_MAX && flow->is_used; i++)
		if (!flows[i].is_used || flows[i].last_used < flow->last_used)
			flow = &flows[i];
	if (flow->is_used && !flow->was_accepted)
		call(CALL_CLOSE, flow->fd);
	flow->is_used = false;
	return flow;
}

static struct flow *find(const struct far_end *far, uint16_t guest_port)
{
	for (unsigned i = 0; i < FLOWS_MAX; i++)
		if (flows[i].is_used && flows[i].far.port == far->port &&
		    flows[i].far.address == far->address && flows[i].guest_port == guest_port)
			return &flows[i];
	return NULL;
}

/* The guest speaks to somebody first. */
static struct flow *begin(const struct far_end *far, uint16_t guest_port)
{
	struct internet_address address;
	struct flow *flow;
	long fd;

	if (!far_end_address(far, &address))
		return NULL;
	flow = take_place();
	fd = socket_connect(SOCK_DGRAM, &address);
	if (fd < 0)
		return NULL;
	*flow = (struct flow){
		.is_used = true, .fd = (int)fd, .guest_port = guest_port, .far = *far};
	loop_watch((int)fd, &(struct loop_event){.events = EPOLLIN,
						 .kind = LOOP_FLOW,
						 .index = (unsigned)(flow - flows)});
	return flow;
}

void udp_arrived(uint32_t target, const uint8_t *datagram, size_t bytes)
{
	struct far_end far = {.address = target};
	struct flow *flow;
	uint16_t guest_port;

	if (bytes < HEADER_BYTES || read16(datagram + 4) < HEADER_BYTES ||
	    read16(datagram + 4) > bytes)
		return;
	bytes = read16(datagram + 4) - (size_t)HEADER_BYTES;
	guest_port = read16(datagram);
	far.port = read16(datagram + 2);
	flow = find(&far, guest_port);
	if (!flow)
		flow = begin(&far, guest_port);
	if (!flow)
		return;
	touch(flow);
	call(CALL_SENDTO, flow->fd, datagram + HEADER_BYTES, bytes, MSG_DONTWAIT | MSG_NOSIGNAL,
	     flow->was_accepted ? &flow->client : NULL,
	     flow->was_accepted ? sizeof(flow->client) : 0);
}

/* Receives into the next frame; below 0 when there is nothing, or no room. */
static long receive(int fd, struct internet_address *from)
{
	static uint8_t too_much[DATAGRAM_BYTES_MAX + 1];
	int length = sizeof(*from);
	uint8_t *packet = packet_room();
	long got = call(CALL_RECVFROM, fd, too_much, sizeof(too_much), MSG_DONTWAIT, from,
			from ? &length : NULL);

	if (got < 0)
		return got;
	/* What does not fit is lost, as on a wire. */
	if (!packet || got > DATAGRAM_BYTES_MAX)
		return 0;
	__builtin_memcpy(packet + HEADER_BYTES, too_much, (size_t)got);
	return got + HEADER_BYTES;
}

static void pass_on(struct flow *flow, size_t bytes)
{
	uint8_t *packet = packet_room();

	touch(flow);
	write16(packet, flow->far.port);
	write16(packet + 2, flow->guest_port);
	write16(packet + 4, (uint16_t)bytes);
	write16(packet + 6, 0); /* no checksum */
	packet_add(PROTOCOL_UDP, flow->far.address, bytes);
}

void udp_happened(unsigned index)
{
	struct flow *flow = &flows[index];

	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE && flow->is_used; i++) {
		/* An error says that the last one was refused; the next may be welcome. */
		long got = receive(flow->fd, NULL);

		if (got < 0)
			return;
		if (got)
			pass_on(flow, (size_t)got);
	}
}

static struct flow *accepted_from(int listener, uint16_t guest_port,
				  const struct internet_address *client)
{
	struct far_end far = {GATEWAY_ADDRESS, __builtin_bswap16(client->port)};
	struct flow *flow;

	for (unsigned i = 0; i < FLOWS_MAX; i++)
		if (flows[i].is_used && flows[i].was_accepted && flows[i].fd == listener &&
		    address_equal(&flows[i].client, client))
			return &flows[i];
	/* Its own port, unless somebody at another address has the same. */
	while (find(&far, guest_port))
		far.port = far.port < FIRST_PORT || far.port == 65535 ? FIRST_PORT : far.port + 1;
	flow = take_place();
	*flow = (struct flow){.is_used = true,
			      .was_accepted = true,
			      .fd = listener,
			      .guest_port = guest_port,
			      .far = far,
			      .client = *client};
	return flow;
}

void udp_accepted(int listener, uint16_t guest_port)
{
	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		struct internet_address client;
		long got = receive(listener, &client);

		if (got < 0)
			return;
		if (got)
			pass_on(accepted_from(listener, guest_port, &client), (size_t)got);
	}
}
