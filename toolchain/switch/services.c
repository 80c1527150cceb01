/* What the switch itself does for guests: its address, DHCP, names. */
#include "services.h"
#include "dhcp.h"
#include "dns.h"
#include "port.h"
#include "reply.h"
#include "resolver.h"
#include "text.h"

static const struct members *members;

void services_apply(const struct members *new)
{
	members = new;
}

static void serve_dhcp(const struct network *network, unsigned port,
		       const struct datagram *request)
{
	static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};
	const struct identity *guest = port_identity(port);
	uint8_t reply[FRAME_BYTES_MAX];
	struct dhcp_answer answer = dhcp_answer(network, guest, request->bytes, request->length,
						reply + REPLY_PAYLOAD, REPLY_PAYLOAD_MAX);

	if (!answer.length)
		return;
	port_send(port, reply,
		  reply_datagram(network, answer.to_everybody ? everybody : guest->mac,
				 answer.to_everybody ? UINT32_MAX : guest->address,
				 PORT_DHCP_SERVER, PORT_DHCP_CLIENT, answer.length, reply));
}

/* In this network, then in the asking guest's other ones, in the order of the file. */
static bool find_name(uint32_t guest, const char *name, uint32_t *address)
{
	static struct members elsewhere;

	if (members_find(members, name, address))
		return true;
	for (unsigned i = 0; i < members->other_count; i++)
		if (members->others[i].guest == guest &&
		    !members_read(members->others[i].path, &elsewhere) &&
		    members_find(&elsewhere, name, address))
			return true;
	return false;
}

static void serve_names(const struct network *network, unsigned port,
			const struct datagram *query)
{
	const struct identity *guest = port_identity(port);
	uint8_t reply[FRAME_BYTES_MAX];
	struct dns_question question;
	enum dns_status status;
	uint32_t address;
	bool is_known = false;
	size_t length;

	if (!dns_read(query->bytes, query->length, &question, &status))
		return;
	if (status == DNS_NO_ERROR) {
		is_known = find_name(guest->address, question.name, &address);
		/* A name without a dot is one of a network's, or none. */
		if (!is_known && question.has_dot && resolver_ask(port, query))
			return;
		if (!is_known)
			status = DNS_NO_SUCH_NAME;
	}
	length = dns_write(query->bytes, &question, status, is_known ? &address : NULL,
			   reply + REPLY_PAYLOAD);
	port_send(port, reply,
		  reply_datagram(network, guest->mac, guest->address, PORT_DNS, query->source_port,
				 length, reply));
}

void service_frame(const struct network *network, unsigned port, const uint8_t *frame)
{
	const uint32_t own = members_own_address(network);
	uint8_t reply[FRAME_BYTES_MAX];
	struct datagram datagram;
	size_t length = reply_to_arp(network, frame, reply);

	if (length) {
		port_send(port, reply, length);
		return;
	}
	if (!filter_datagram(frame, &datagram))
		return;
	if (datagram.target_port == PORT_DHCP_SERVER &&
	    (datagram.target == own || datagram.target == UINT32_MAX))
		serve_dhcp(network, port, &datagram);
	else if (datagram.target_port == PORT_DNS && datagram.target == own &&
		 datagram.source == port_identity(port)->address)
		serve_names(network, port, &datagram);
}
