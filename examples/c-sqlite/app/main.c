// Keeps notes in an SQLite database on a volume: POST /notes adds the body as a note, GET /notes
// gives the latest ones as JSON, with ?words those that contain them. A note that was answered
// with 201 is on the disk.
#include <errno.h>
#include <httpd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const char schema[] =
	"PRAGMA journal_mode = wal;"
	"CREATE TABLE IF NOT EXISTS note("
	" id INTEGER PRIMARY KEY, text TEXT NOT NULL CHECK(length(text) BETWEEN 1 AND 1000))";
static const char add[] = "INSERT INTO note(text) VALUES(?) RETURNING json_object('id', id)";
static const char list[] =
	"SELECT json_group_array(json_object('id', id, 'text', text)) FROM"
	" (SELECT * FROM note WHERE instr(text, ?) ORDER BY id DESC LIMIT 100)";

// The server's name for itself.
static const char title[] = "Notes one";

static sqlite3 *database;

static void respond_error(struct httpd_response *response)
{
	char body[256];
	int is_refused = sqlite3_errcode(database) == SQLITE_CONSTRAINT;

	snprintf(body, sizeof(body), "%s\n", sqlite3_errmsg(database));
	httpd_respond_text(response, is_refused ? 400 : 500, body);
}

// Runs a statement with one value, and answers with the JSON that it gives.
static void respond(struct httpd_response *response, int status, const char *sql,
		    const char *text, size_t length)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) {
		respond_error(response);
		return;
	}
	sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_STATIC);
	int is_row = sqlite3_step(statement) == SQLITE_ROW;
	char *json = is_row ? sqlite3_mprintf("%s\n", sqlite3_column_text(statement, 0)) : NULL;

	// The transaction ends with the statement, after its last row.
	if (is_row && json != NULL && sqlite3_step(statement) == SQLITE_DONE)
		httpd_respond(response, status, "application/json", json, strlen(json));
	else
		respond_error(response);
	sqlite3_free(json);
	sqlite3_finalize(statement);
}

static void add_note(const struct httpd_request *request, struct httpd_response *response,
		     void *argument)
{
	size_t length;
	const char *text = httpd_body(request, &length);

	(void)argument;
	respond(response, 201, add, length > 0 ? text : "", length);
}

static void list_notes(const struct httpd_request *request, struct httpd_response *response,
		       void *argument)
{
	const char *words = httpd_query(request);

	(void)argument;
	respond(response, 200, list, words, strlen(words));
}

static void serve_title(const struct httpd_request *request, struct httpd_response *response,
			void *argument)
{
	char body[64];

	(void)request;
	(void)argument;
	snprintf(body, sizeof(body), "%s, SQLite %s\n", title, sqlite3_libversion());
	httpd_respond_text(response, 200, body);
}

int main(void)
{
	static const struct httpd_route routes[] = {
		{ "GET", "/", serve_title, NULL },
		{ "GET", "/notes", list_notes, NULL },
		{ "POST", "/notes", add_note, NULL },
	};
	const struct httpd_options options = {
		.port = 80,
		.routes = routes,
		.route_count = sizeof(routes) / sizeof(routes[0]),
	};

	if (sqlite3_open("/data/notes.db", &database) != SQLITE_OK ||
	    sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "the database: %s\n", sqlite3_errmsg(database));
		return 1;
	}
	fprintf(stderr, "the server ended: %s\n", strerror(-httpd_run(&options)));
	return 1;
}
