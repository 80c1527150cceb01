/* Big transfers in both directions at once, and a hundred connections at a time, with threads;
 * what arrives is compared with what was sent. */
#include "check.h"

#define TRANSFER_BYTES (8u << 20)
#define CONNECTIONS 100
#define MESSAGE_BYTES 5000

static unsigned char pattern(size_t position, unsigned seed)
{
	return (unsigned char)(position * 31 + (position >> 8) * 7 + seed);
}

struct job {
	int descriptor;
	unsigned seed;
	size_t bytes;
};

static void *send_all(void *argument)
{
	struct job *job = argument;
	static __thread unsigned char buffer[7000];

	for (size_t position = 0; position < job->bytes;) {
		size_t length = job->bytes - position;

		if (length > sizeof(buffer))
			length = sizeof(buffer);
		for (size_t i = 0; i < length; i++)
			buffer[i] = pattern(position + i, job->seed);
		for (size_t sent = 0; sent < length;) {
			ssize_t result = write(job->descriptor, buffer + sent, length - sent);

			CHECK(result > 0);
			sent += (size_t)result;
		}
		position += length;
	}
	CHECK(shutdown(job->descriptor, SHUT_WR) == 0);
	return NULL;
}

static void receive_all(const struct job *job)
{
	static __thread unsigned char buffer[6000];
	size_t position = 0;
	ssize_t length;

	while ((length = read(job->descriptor, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < length; i++)
			CHECK(buffer[i] == pattern(position + (size_t)i, job->seed));
		position += (size_t)length;
	}
	CHECK(length == 0);
	CHECK(position == job->bytes);
}

static void *receive_in_thread(void *argument)
{
	receive_all(argument);
	return NULL;
}

static void test_both_directions(void)
{
	int ends[2];
	pthread_t threads[3];

	connected_pair(ends);
	struct job there = {ends[0], 1, TRANSFER_BYTES}, back = {ends[1], 2, TRANSFER_BYTES};
	struct job at_server = {ends[1], 1, TRANSFER_BYTES}, at_client = {ends[0], 2, TRANSFER_BYTES};

	CHECK(pthread_create(&threads[0], NULL, send_all, &there) == 0);
	CHECK(pthread_create(&threads[1], NULL, send_all, &back) == 0);
	CHECK(pthread_create(&threads[2], NULL, receive_in_thread, &at_server) == 0);
	receive_all(&at_client);
	for (int i = 0; i < 3; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	close(ends[0]);
	close(ends[1]);
}

static void *echo(void *argument)
{
	int descriptor = (int)(intptr_t)argument;
	char buffer[2000];
	ssize_t length;

	while ((length = read(descriptor, buffer, sizeof(buffer))) > 0) {
		for (ssize_t sent = 0; sent < length;) {
			ssize_t result =
				write(descriptor, buffer + sent, (size_t)(length - sent));

			CHECK(result > 0);
			sent += result;
		}
	}
	CHECK(length == 0);
	close(descriptor);
	return NULL;
}

static void *accept_all(void *argument)
{
	int listener = (int)(intptr_t)argument;
	pthread_t threads[CONNECTIONS];

	for (int i = 0; i < CONNECTIONS; i++) {
		int descriptor = accept(listener, NULL, NULL);

		CHECK(descriptor >= 0);
		CHECK(pthread_create(&threads[i], NULL, echo, (void *)(intptr_t)descriptor) == 0);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	return NULL;
}

static void test_many_connections(void)
{
	static struct job jobs[CONNECTIONS];
	uint16_t port;
	int listener = listen_somewhere(&port, CONNECTIONS);
	pthread_t server;

	CHECK(pthread_create(&server, NULL, accept_all, (void *)(intptr_t)listener) == 0);
	for (int i = 0; i < CONNECTIONS; i++)
		jobs[i] = (struct job){connect_to(port), (unsigned)i, MESSAGE_BYTES};
	for (int i = 0; i < CONNECTIONS; i++)
		send_all(&jobs[i]);
	for (int i = 0; i < CONNECTIONS; i++) {
		receive_all(&jobs[i]);
		close(jobs[i].descriptor);
	}
	CHECK(pthread_join(server, NULL) == 0);
	close(listener);
}

/* A peer that sends single bytes must not exhaust memory before they are read. */
static void test_single_bytes(void)
{
	int ends[2], one = 1;
	char buffer[256];
	size_t total = 0;

	connected_pair(ends);
	CHECK(setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	for (int i = 0; i < 5000; i++) {
		char byte = (char)i;

		CHECK(write(ends[0], &byte, 1) == 1);
	}
	CHECK(shutdown(ends[0], SHUT_WR) == 0);
	ssize_t length;

	while ((length = read(ends[1], buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < length; i++)
			CHECK(buffer[i] == (char)(total + (size_t)i));
		total += (size_t)length;
	}
	CHECK(length == 0 && total == 5000);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	test_both_directions();
	test_many_connections();
	test_single_bytes();
	puts("SUCCESS");
	return 0;
}
