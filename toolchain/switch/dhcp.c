/* DHCP (RFC 2131, options of RFC 2132). */
#include "dhcp.h"
#include "bytes.h"

#define TRANSACTION 4
#define FLAGS 10
#define FLAG_BROADCAST 0x8000
#define CLIENT_ADDRESS 12
#define YOUR_ADDRESS 16
#define SERVER_ADDRESS 20
#define CLIENT_HARDWARE 28
#define COOKIE 236
#define COOKIE_VALUE 0x63825363u
#define OPTIONS 240
#define ANSWER_BYTES 300 /* what old clients expect at least */

enum { REQUEST = 1, REPLY = 2, HARDWARE_ETHERNET = 1 };
enum { DISCOVER = 1, OFFER = 2, ASK = 3, ACCEPT = 5, REFUSE = 6, INFORM = 8 };
enum {
	OPTION_PAD = 0, OPTION_MASK = 1, OPTION_NAME_SERVER = 6, OPTION_BROADCAST = 28,
	OPTION_WANTED = 50, OPTION_LEASE = 51, OPTION_TYPE = 53, OPTION_SERVER = 54,
	OPTION_END = 255,
};
/* The address stays the guest's; it asks again now and then, and hears the same. */
#define LEASE_SECONDS 86400u

/* The value of an option of this length; NULL when it is not there. */
static const uint8_t *find_option(const uint8_t *request, size_t length, uint8_t code, size_t bytes)
{
	size_t at = OPTIONS;

	while (at < length && request[at] != OPTION_END) {
		if (request[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (length - at < 2 || length - at - 2 < request[at + 1])
			return NULL;
		if (request[at] == code)
			return request[at + 1] == bytes ? request + at + 2 : NULL;
		at += 2 + (size_t)request[at + 1];
	}
	return NULL;
}

static uint8_t *add_number(uint8_t *at, uint8_t code, uint32_t value)
{
	at[0] = code;
	at[1] = 4;
	write32(at + 2, value);
	return at + 6;
}

static bool is_request(const struct identity *guest, const uint8_t *request, size_t length)
{
	return length >= OPTIONS && request[0] == REQUEST && request[1] == HARDWARE_ETHERNET &&
	       request[2] == 6 && read32(request + COOKIE) == COOKIE_VALUE &&
	       !__builtin_memcmp(request + CLIENT_HARDWARE, guest->mac, 6);
}

/* What to answer; 0: nothing. */
static uint8_t answer_type(const struct identity *guest, uint32_t server, const uint8_t *request,
			   size_t length)
{
	const uint8_t *type = find_option(request, length, OPTION_TYPE, 1);
	const uint8_t *chosen = find_option(request, length, OPTION_SERVER, 4);
	const uint8_t *wanted = find_option(request, length, OPTION_WANTED, 4);
	uint32_t address = read32(wanted ? wanted : request + CLIENT_ADDRESS);

	if (!type || (chosen && read32(chosen) != server))
		return 0;
	switch (*type) {
	case DISCOVER: return OFFER;
	case ASK: return address == guest->address ? ACCEPT : REFUSE;
	case INFORM: return ACCEPT;
	default: return 0;
	}
}

struct dhcp_answer dhcp_answer(const struct network *network, const struct identity *guest,
			       const uint8_t *request, size_t length, uint8_t *answer, size_t size)
{
	const uint32_t server = members_own_address(network);
	const struct dhcp_answer nothing = {0};
	uint8_t type, *at = answer + OPTIONS;
	bool is_inform;

	if (size < ANSWER_BYTES || !is_request(guest, request, length))
		return nothing;
	type = answer_type(guest, server, request, length);
	if (!type)
		return nothing;
	is_inform = *find_option(request, length, OPTION_TYPE, 1) == INFORM;
	__builtin_memset(answer, 0, ANSWER_BYTES);
	answer[0] = REPLY;
	answer[1] = HARDWARE_ETHERNET;
	answer[2] = 6;
	__builtin_memcpy(answer + TRANSACTION, request + TRANSACTION, 4);
	__builtin_memcpy(answer + FLAGS, request + FLAGS, 2);
	__builtin_memcpy(answer + CLIENT_HARDWARE, guest->mac, 6);
	write32(answer + COOKIE, COOKIE_VALUE);
	at[0] = OPTION_TYPE;
	at[1] = 1;
	at[2] = type;
	at = add_number(at + 3, OPTION_SERVER, server);
	if (type != REFUSE) {
		if (is_inform) {
			__builtin_memcpy(answer + CLIENT_ADDRESS, request + CLIENT_ADDRESS, 4);
		} else {
			write32(answer + YOUR_ADDRESS, guest->address);
			write32(answer + SERVER_ADDRESS, server);
			at = add_number(at, OPTION_LEASE, LEASE_SECONDS);
		}
		at = add_number(at, OPTION_MASK, network->mask);
		at = add_number(at, OPTION_BROADCAST, network->address | ~network->mask);
		at = add_number(at, OPTION_NAME_SERVER, server);
	}
	*at = OPTION_END;
	return (struct dhcp_answer){
		.length = ANSWER_BYTES,
		.to_everybody = type == REFUSE || read16(request + FLAGS) & FLAG_BROADCAST,
	};
}
