/* Composes responses. */
#include <string.h>
#include <time.h>
#include "server.h"

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
};

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "Other";
}

#define HEAD_BYTES_MAX (EXTRA_HEADERS_BYTES + 512)

/* A text under construction. */
struct text {
	char *bytes;
	size_t length, room;
};

/* There is always room; were there none, nothing would be added. Inlined, a part whose length is
 * known is written with a few instructions. */
static inline __attribute__((always_inline)) void add(struct text *text, const char *bytes,
						      size_t length)
{
	if (length > text->room - text->length)
		return;
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

static inline __attribute__((always_inline)) void add_string(struct text *text, const char *string)
{
	add(text, string, strlen(string));
}

static void add_number(struct text *text, uint64_t number)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[sizeof(digits) - ++count] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	add(text, digits + sizeof(digits) - count, count);
}

static void add_two_digits(struct text *text, int number)
{
	char digits[2] = {(char)('0' + number / 10 % 10), (char)('0' + number % 10)};

	add(text, digits, 2);
}

struct date {
	unsigned year, month, day; /* the month from 0 */
};

/* The date some days after 1970-01-01; libc's gmtime_r() would bring half a kilobyte. Years begin
 * in March, so that the day of February that comes and goes is the last one. */
static struct date date_of(unsigned days)
{
	days += 719468; /* since 0000-03-01 */
	unsigned era = days / 146097, day_of_era = days % 146097;
	unsigned year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			 day_of_era / 146096) / 365;
	unsigned day = day_of_era - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * day + 2) / 153;

	return (struct date){
		.year = era * 400 + year + (month >= 10),
		.month = (month + 2) % 12,
		.day = day - (153 * month + 2) / 5 + 1,
	};
}

/* The header line; written anew once per second, whatever the number of requests, and without
 * printf, which would be the larger part of a small image. */
static void add_date(struct text *text, struct server *server)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint64_t second = server->now_ms / 1000;

	if (second != server->date_second || server->date_length == 0) {
		struct text line = {server->date, 0, sizeof(server->date)};
		unsigned long now = (unsigned long)time(NULL);
		unsigned day = (unsigned)(now / 86400);
		struct date date = date_of(day);

		add_string(&line, "Date: ");
		add(&line, days + 3 * ((day + 4) % 7), 3); /* it began on a Thursday */
		add_string(&line, ", ");
		add_two_digits(&line, (int)date.day);
		add_string(&line, " ");
		add(&line, months + 3 * date.month, 3);
		add_string(&line, " ");
		add_number(&line, date.year);
		add_string(&line, " ");
		add_two_digits(&line, (int)(now / 3600 % 24));
		add_string(&line, ":");
		add_two_digits(&line, (int)(now / 60 % 60));
		add_string(&line, ":");
		add_two_digits(&line, (int)(now % 60));
		add_string(&line, " GMT\r\n");
		server->date_length = line.length < sizeof(server->date) ? line.length : 0;
		server->date_second = second;
	}
	add(text, server->date, server->date_length);
}

void response_write(struct httpd_response *response, int status, const char *content_type,
		    const void *body, size_t length)
{
	struct connection *connection = response->connection;
	struct text text = {output_reserve(connection, HEAD_BYTES_MAX), 0, HEAD_BYTES_MAX};
	/* These never have a body, nor say how long it is. */
	bool bodiless = status < 200 || status == 204 || status == 304;

	add_string(&text, "HTTP/1.1 ");
	add_number(&text, (uint64_t)status);
	add_string(&text, " ");
	add_string(&text, phrase_of(status));
	add_string(&text, "\r\n");
	if (!connection->server->options.no_date)
		add_date(&text, connection->server);
	if (content_type != NULL && !bodiless) {
		add_string(&text, "Content-Type: ");
		size_t type_length = strlen(content_type);

		add(&text, content_type, type_length < 256 ? type_length : 256);
		add_string(&text, "\r\n");
	}
	if (!bodiless) {
		add_string(&text, "Content-Length: ");
		add_number(&text, length);
		add_string(&text, "\r\n");
	}
	if (!response->keep_alive)
		add_string(&text, "Connection: close\r\n");
	else if (response->http_1_0)
		add_string(&text, "Connection: keep-alive\r\n");
	add(&text, response->extra, response->extra_length);
	add_string(&text, "\r\n");
	output_commit(connection, text.length);
	if (!bodiless && !response->omit_body)
		output_append(connection, body, length);
	response->responded = true;
	if (!response->keep_alive)
		connection->close_after = true;
}

void response_error(struct connection *connection, int status)
{
	struct httpd_response response = {.connection = connection};
	const char *phrase = phrase_of(status);

	response_write(&response, status, "text/plain", phrase, strlen(phrase));
	connection->close_after = connection->error_close = true;
}

static bool is_reserved(struct span name)
{
	return span_equals_ignoring_case(name, "content-length") ||
	       span_equals_ignoring_case(name, "transfer-encoding") ||
	       span_equals_ignoring_case(name, "connection") ||
	       span_equals_ignoring_case(name, "date");
}

bool httpd_add_header(struct httpd_response *response, const char *name, const char *value)
{
	struct span span = {name, strlen(name)};
	size_t value_length = strlen(value), needed = span.length + value_length + 4;

	if (response->responded || !is_token(span) || is_reserved(span) ||
	    needed > sizeof(response->extra) - response->extra_length)
		return false;
	for (size_t i = 0; i < value_length; i++) {
		if (((unsigned char)value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f)
			return false;
	}
	char *place = response->extra + response->extra_length;

	memcpy(place, name, span.length);
	memcpy(place + span.length, ": ", 2);
	memcpy(place + span.length + 2, value, value_length);
	memcpy(place + span.length + 2 + value_length, "\r\n", 2);
	response->extra_length += needed;
	return true;
}

void httpd_respond(struct httpd_response *response, int status, const char *content_type,
		   const void *body, size_t length)
{
	if (response->responded)
		return;
	if (status < 200 || status > 599)
		status = 500;
	if (CAN_DEFER && response->is_deferred)
		deferred_respond(response, status, content_type, body, length);
	else
		response_write(response, status, content_type, body, length);
}

void httpd_respond_text(struct httpd_response *response, int status, const char *text)
{
	httpd_respond(response, status, "text/plain; charset=utf-8", text, strlen(text));
}
