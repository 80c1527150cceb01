/* What all test programs do with a database: everything succeeds, or the program ends. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define check(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static inline void fail(const char *what, int line)
{
	printf("FAILED line %d: %s\n", line, what);
	exit(1);
}

static inline sqlite3 *open_database(const char *path)
{
	sqlite3 *database;

	if (sqlite3_open(path, &database))
		printf("%s: %s\n", path, sqlite3_errmsg(database));
	check(sqlite3_errcode(database) == SQLITE_OK);
	sqlite3_busy_timeout(database, 10000);
	return database;
}

/* The result's code. */
static inline int try(sqlite3 *database, const char *sql)
{
	return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

static inline void run(sqlite3 *database, const char *sql)
{
	if (try(database, sql))
		printf("%s: %s\n", sql, sqlite3_errmsg(database));
	check(sqlite3_errcode(database) == SQLITE_OK);
}

/* The first column of the first row: valid until the next call; "" for none. */
static inline const char *text_of(sqlite3 *database, const char *sql)
{
	static char text[1000];
	sqlite3_stmt *statement;
	const char *value = "";

	check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
		value = (const char *)sqlite3_column_text(statement, 0);
	snprintf(text, sizeof(text), "%s", value);
	check(sqlite3_finalize(statement) == SQLITE_OK);
	return text;
}

static inline long number_of(sqlite3 *database, const char *sql)
{
	return strtol(text_of(database, sql), NULL, 10);
}

static inline void intact(sqlite3 *database)
{
	check(!strcmp(text_of(database, "PRAGMA integrity_check"), "ok"));
}
