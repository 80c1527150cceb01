/*
 * Asks the cloud in which the guest runs for what a host hands over elsewhere: Amazon's user data
 * by IMDSv2, or an attribute of Google's. Both servers have the same address; only Amazon's
 * gives a token.
 */
#include <errno.h>
#include <string.h>
#include <uk/boot.h>
#include <uk/init.h>
#include <uk/lwip.h>
#include <uk/mem.h>
#include <uk/sched.h>
#include "answer.h"
#include "base64.h"
#include "exchange.h"

#define SECOND UINT64_C(1000000000)
#define ANSWER_TIMEOUT (5 * SECOND)
#define GIVE_UP_AFTER (60 * SECOND)
#define PAUSE (SECOND / 4)
/* Amazon's user data are 16 KiB at most; what the SDK sends to Google is less than 64 KiB. */
#define ANSWER_BYTES_MAX (72 * 1024)
#define TOKEN_BYTES_MAX 256
#define EXIT_STATUS 1

#define SERVER " HTTP/1.0\r\nHost: 169.254.169.254\r\nConnection: close\r\n"
static const char token_request[] = "PUT /latest/api/token" SERVER
				    "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"
				    "Content-Length: 0\r\n\r\n";
static const char amazon_request[] = "GET /latest/user-data" SERVER "X-aws-ec2-metadata-token: ";
static const char google_request[] =
	"GET /computeMetadata/v1/instance/attributes/unikernel-config" SERVER
	"Metadata-Flavor: Google\r\n\r\n";

static struct uk_wait_queue nobody;
static uint64_t give_up_at;

static _Noreturn void fail(const char *problem)
{
	static const char start[] = "[unikernel] metadata: ", rest[] = "; cannot start\n";

	uk_console_write(start, sizeof(start) - 1);
	uk_console_write(problem, strlen(problem));
	uk_console_write(rest, sizeof(rest) - 1);
	uk_plat_exit(EXIT_STATUS);
}

static bool is_passing(unsigned status)
{
	return status == 429 || status >= 500;
}

/* Asks until there is an answer that is worth something; returns its body's length. */
static size_t ask(const char *request, char *buffer, struct metadata_answer *answer)
{
	for (;;) {
		uint64_t deadline = uk_clock_monotonic() + ANSWER_TIMEOUT;
		long length = metadata_exchange(request, buffer, ANSWER_BYTES_MAX, deadline, answer);

		if (length >= 0 && !is_passing(answer->status))
			return (size_t)length;
		if (length == -EMSGSIZE)
			fail("the configuration is too long");
		if (uk_clock_monotonic() >= give_up_at)
			fail(length >= 0 ? "169.254.169.254 has only errors to tell"
					 : "169.254.169.254 does not answer");
		uk_wait(&nobody, uk_clock_monotonic() + PAUSE);
	}
}

static bool is_googles(const struct metadata_answer *answer)
{
	static const char google[] = "Google";
	size_t length;
	const char *flavor = metadata_answer_field(answer, "Metadata-Flavor", &length);

	return flavor != NULL && length == sizeof(google) - 1 && !memcmp(flavor, google, length);
}

/* Asks for the user data with the token that is the buffer's content. */
static size_t ask_amazon(char *buffer, const char *token, size_t length, struct metadata_answer *answer)
{
	static const char end[] = "\r\n\r\n";
	static char request[sizeof(amazon_request) + TOKEN_BYTES_MAX + sizeof(end)];
	char *at = request + sizeof(amazon_request) - 1;

	if (length > TOKEN_BYTES_MAX)
		fail("the token of 169.254.169.254 is too long");
	memcpy(request, amazon_request, sizeof(amazon_request) - 1);
	memcpy(at, token, length);
	memcpy(at + length, end, sizeof(end));
	return ask(request, buffer, answer);
}

/* What Google has is text. */
static void take(char *bytes, size_t length)
{
	size_t ignored;

	uk_boot_config_set(bytes, length);
	if (uk_boot_config(&ignored) == NULL)
		uk_boot_config_set(bytes, metadata_base64_decode(bytes, length));
	if (uk_boot_config(&ignored) == NULL)
		fail("what 169.254.169.254 tells is no configuration of a unikernel");
}

static void read_metadata(void)
{
	size_t length;
	struct metadata_answer answer;

	if (uk_boot_config(&length) != NULL)
		return;
	char *buffer = uk_alloc(ANSWER_BYTES_MAX);

	if (buffer == NULL)
		fail("out of memory");
	give_up_at = uk_clock_monotonic() + GIVE_UP_AFTER;
	if (uk_network_wait(give_up_at) != 0)
		fail("no network");
	length = ask(token_request, buffer, &answer);
	if (answer.status == 200) {
		length = ask_amazon(buffer, buffer + answer.body, length, &answer);
	} else {
		length = ask(google_request, buffer, &answer);
		if (!is_googles(&answer))
			fail("169.254.169.254 is neither Amazon's nor Google's");
	}
	/* Not there: nothing is to be told. */
	if (answer.status == 404)
		uk_free(buffer);
	else if (answer.status != 200)
		fail("169.254.169.254 refuses to tell");
	else
		take(buffer + answer.body, length);
}
UK_INIT(UK_STAGE_CONFIGURATION, read_metadata);
