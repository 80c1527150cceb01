/* Requests that are answered later than their handler returns. */
#include <stdlib.h>
#include "server.h"

struct httpd_response *httpd_defer(struct httpd_response *response)
{
	struct httpd_response *deferred = malloc(sizeof(*deferred));

	if (deferred == NULL) {
		httpd_respond_text(response, 503, "Service Unavailable");
		return NULL;
	}
	*deferred = *response;
	deferred->is_deferred = true;
	response->connection->deferred = deferred;
	/* Whoever looks at the old one finds nothing left to do. */
	response->responded = true;
	return deferred;
}

void deferred_respond(struct httpd_response *response, int status, const char *content_type,
		      const void *body, size_t length)
{
	struct connection *connection = response->connection;

	if (connection != NULL)
		response_write(response, status, content_type, body, length);
	free(response);
	if (connection == NULL)
		return;
	connection->deferred = NULL;
	connection_resume(connection);
}
