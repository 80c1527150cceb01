/* Questions about names of elsewhere. Each has a socket of its own, so that nobody can answer who
 * does not know its port, and they are few. */
#include "resolver.h"
#include "kernel.h"
#include "loop.h"
#include "port.h"
#include "reply.h"
#include "text.h"
#include <stddef.h>

#define QUESTIONS_MAX 64
/* Of one guest: the others can ask too. */
#define QUESTIONS_OF_PORT 16
#define PATIENCE_MS 5000
#define FILE_BYTES_MAX 4096

static struct question {
	bool is_used;
	int fd;
	unsigned port;
	uint64_t generation, until_ms;
	uint16_t source_port;
	uint8_t id[2];
} questions[QUESTIONS_MAX];

/* The first IPv4 name server of /etc/resolv.conf. */
static bool find_server(struct internet_address *server)
{
	static char text[FILE_BYTES_MAX + 1];
	long fd = call(CALL_OPEN, "/etc/resolv.conf", O_RDONLY | O_CLOEXEC, 0), got;

	if (fd < 0)
		return false;
	got = call(CALL_READ, fd, text, FILE_BYTES_MAX);
	call(CALL_CLOSE, fd);
	text[got > 0 ? got : 0] = '\0';
	for (const char *line = text; *line;) {
		const char *at = line + 10;
		uint64_t byte;
		unsigned i = 0;

		if (text_starts(line, "nameserver")) {
			while (*at == ' ' || *at == '\t')
				at++;
			*server = (struct internet_address){.family = AF_INET,
							    .port = __builtin_bswap16(PORT_DNS)};
			for (; i < 4; i++) {
				const char *end = at;

				while (*end >= '0' && *end <= '9')
					end++;
				if ((i < 3 && *end != '.') || !text_number(&at, *end, 255, &byte))
					break;
				server->address[i] = (uint8_t)byte;
			}
			if (i == 4)
				return true;
		}
		while (*line && *line != '\n')
			line++;
		line += *line == '\n';
	}
	return false;
}

static struct question *free_question(unsigned port)
{
	struct question *found = NULL;
	unsigned of_port = 0;

	for (struct question *question = questions; question < questions + QUESTIONS_MAX;
	     question++) {
		if (!question->is_used)
			found = question;
		else if (question->port == port)
			of_port++;
	}
	return of_port < QUESTIONS_OF_PORT ? found : NULL;
}

static void forget(struct question *question)
{
	call(CALL_CLOSE, question->fd);
	question->is_used = false;
}

bool resolver_ask(unsigned port, const struct datagram *query)
{
	struct question *question = free_question(port);
	struct internet_address server;
	long fd;

	if (!question || !find_server(&server))
		return false;
	fd = call(CALL_SOCKET, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (call(CALL_CONNECT, fd, &server, sizeof(server)) ||
	    call(CALL_SENDTO, fd, query->bytes, query->length, MSG_DONTWAIT, 0, 0) < 0) {
		call(CALL_CLOSE, fd);
		return false;
	}
	*question = (struct question){.is_used = true,
				      .fd = (int)fd,
				      .port = port,
				      .generation = port_generation(port),
				      .until_ms = loop_now_ms() + PATIENCE_MS,
				      .source_port = query->source_port,
				      .id = {query->bytes[0], query->bytes[1]}};
	loop_watch(question->fd, EPOLLIN, LOOP_RESOLVER,
		   (unsigned)(question - questions));
	return true;
}

void resolver_happened(unsigned index, const struct network *network)
{
	struct question *question = &questions[index];
	uint8_t reply[FRAME_BYTES_MAX];
	const struct identity *guest = port_identity(question->port);
	long got;

	if (!question->is_used)
		return;
	got = call(CALL_RECVFROM, question->fd, reply + REPLY_PAYLOAD, REPLY_PAYLOAD_MAX,
		   MSG_DONTWAIT, 0, 0);
	if (got == -EAGAIN)
		return;
	/* Another question's answer would be somebody's attempt. An error: nobody is there. */
	if (got >= 12 && __builtin_memcmp(reply + REPLY_PAYLOAD, question->id, 2))
		return;
	if (got >= 12 && port_generation(question->port) == question->generation)
		port_send(question->port, reply,
			  reply_datagram(network, guest->mac, guest->address, PORT_DNS,
					 question->source_port, (size_t)got, reply));
	forget(question);
}

int resolver_expire(uint64_t now_ms)
{
	uint64_t next_ms = UINT64_MAX;

	for (struct question *question = questions; question < questions + QUESTIONS_MAX;
	     question++) {
		if (question->is_used && question->until_ms <= now_ms)
			forget(question);
		if (question->is_used && question->until_ms < next_ms)
			next_ms = question->until_ms;
	}
	return next_ms == UINT64_MAX ? -1 : (int)(next_ms - now_ms);
}
