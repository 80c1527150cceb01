#include "exchange.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <uk/lwip.h>
#include <uk/sched.h>

#define SERVER_PORT 80

struct connection {
	struct tcp_pcb *pcb; /* NULL: it is gone */
	const char *request;
	char *buffer;
	size_t size, length;
	bool ended;
	int error;
	struct uk_wait_queue waiting;
};

static void end(struct connection *connection, int error)
{
	connection->ended = true;
	if (connection->error == 0)
		connection->error = error;
	uk_wake(&connection->waiting, UK_WAKE_ALL);
}

static void on_error(void *argument, err_t error)
{
	struct connection *connection = argument;

	(void)error;
	connection->pcb = NULL;
	end(connection, -ECONNREFUSED);
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
	struct connection *connection = argument;

	(void)error;
	size_t length = strlen(connection->request);

	if (tcp_write(pcb, connection->request, (u16_t)length, 0) != ERR_OK)
		end(connection, -ENOMEM);
	else
		tcp_output(pcb);
	return ERR_OK;
}

/* Whether all of the answer has come although the connection stays. */
static bool is_whole(const struct connection *connection)
{
	struct metadata_answer answer;

	return metadata_answer_parse(connection->buffer, connection->length, &answer) &&
	       connection->length - answer.body >= answer.body_length;
}

static err_t on_data(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
	struct connection *connection = argument;

	(void)error;
	if (data == NULL) {
		end(connection, 0);
		return ERR_OK;
	}
	if (data->tot_len > connection->size - connection->length) {
		end(connection, -EMSGSIZE);
	} else {
		connection->length += pbuf_copy_partial(
			data, connection->buffer + connection->length, data->tot_len, 0);
		if (is_whole(connection))
			end(connection, 0);
	}
	tcp_recved(pcb, data->tot_len);
	pbuf_free(data);
	return ERR_OK;
}

static void leave(struct connection *connection)
{
	struct tcp_pcb *pcb = connection->pcb;

	if (pcb == NULL)
		return;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_err(pcb, NULL);
	/* Nothing is remembered of it, and its memory is there for the next one. */
	tcp_abort(pcb);
}

long metadata_exchange(const char *request, char *buffer, size_t size, uint64_t deadline,
		       struct metadata_answer *answer)
{
	struct connection connection = {.request = request, .buffer = buffer, .size = size};
	ip_addr_t server;

	IP_ADDR4(&server, 169, 254, 169, 254);
	connection.pcb = tcp_new();
	if (connection.pcb == NULL)
		return -ENOMEM;
	tcp_arg(connection.pcb, &connection);
	tcp_recv(connection.pcb, on_data);
	tcp_err(connection.pcb, on_error);
	if (tcp_connect(connection.pcb, &server, SERVER_PORT, on_connected) != ERR_OK)
		end(&connection, -ENOMEM);
	while (!connection.ended)
		if (uk_wait(&connection.waiting, deadline) != 0)
			end(&connection, -ETIMEDOUT);
	leave(&connection);
	if (connection.error != 0)
		return connection.error;
	if (!metadata_answer_parse(buffer, connection.length, answer))
		return -EPROTO;
	size_t length = connection.length - answer->body;

	if (answer->body_length == SIZE_MAX || length == answer->body_length)
		return (long)length;
	return length > answer->body_length ? (long)answer->body_length : -EPROTO;
}
