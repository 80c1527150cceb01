// What survives a loss of power of a database: first checks that it is whole and holds exactly
// what the transactions up to some step have left, says up to which, and then goes on step by
// step, saying of each when it is committed. Arguments: the journal mode, and "check" to stop then.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 16
#define KEPT 40 /* entries; older ones are deleted */
#define LONGEST 6000

static sqlite3 *database;
static unsigned char expected[LONGEST + 4];

#define must(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *what, int line)
{
	printf("FAILED line %d: %s: %s\n", line, what, sqlite3_errmsg(database));
	exit(1);
}

static void run(const char *sql)
{
	must(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *prepare(const char *sql)
{
	sqlite3_stmt *statement;

	must(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK);
	return statement;
}

/* Whether it has a row, which says this in its first column. */
static void expect_text(const char *sql, const char *text)
{
	sqlite3_stmt *statement = prepare(sql);

	must(sqlite3_step(statement) == SQLITE_ROW);
	must(!strcmp((const char *)sqlite3_column_text(statement, 0), text));
	must(sqlite3_finalize(statement) == SQLITE_OK);
}

static int fill(unsigned step)
{
	int length = (int)(step * 977 % LONGEST) + 4;

	for (int i = 0; i < length; i++)
		expected[i] = (unsigned char)(step * 31 + (unsigned)i * 7 + (unsigned)i / 256);
	return length;
}

/* Every entry that is still kept, none else, and the last one's step. */
static unsigned check_entries(void)
{
	sqlite3_stmt *read = prepare("SELECT step, content FROM entry ORDER BY step");
	unsigned last = 0, count = 0;

	for (; sqlite3_step(read) == SQLITE_ROW; count++) {
		unsigned step = (unsigned)sqlite3_column_int(read, 0);
		int length = fill(step);

		must(!count || step == last + 1);
		must(sqlite3_column_bytes(read, 1) == length);
		must(!memcmp(sqlite3_column_blob(read, 1), expected, (size_t)length));
		last = step;
	}
	must(sqlite3_finalize(read) == SQLITE_OK);
	must(count == (last < KEPT ? last : KEPT));
	return last;
}

/* What the same transactions have changed in another table. */
static void check_pages(unsigned last)
{
	sqlite3_stmt *read = prepare("SELECT number, step FROM page ORDER BY number");
	unsigned count = 0;

	for (; sqlite3_step(read) == SQLITE_ROW; count++) {
		unsigned step = last;

		while (step && step % PAGES != count)
			step--;
		must((unsigned)sqlite3_column_int(read, 0) == count);
		must((unsigned)sqlite3_column_int(read, 1) == step);
	}
	must(count == PAGES && sqlite3_finalize(read) == SQLITE_OK);
}

static void create(void)
{
	run("BEGIN; CREATE TABLE IF NOT EXISTS entry(step INTEGER PRIMARY KEY, content BLOB);"
	    "CREATE TABLE IF NOT EXISTS page(number INTEGER PRIMARY KEY, step INTEGER,"
	    " room TEXT DEFAULT (hex(zeroblob(1000))));"
	    "CREATE INDEX IF NOT EXISTS page_step ON page(step)");
	run("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 16)"
	    " INSERT OR IGNORE INTO page(number, step) SELECT i, 0 FROM n; COMMIT");
}

static void commit(unsigned step)
{
	static sqlite3_stmt *insert, *update, *forget;

	if (!insert) {
		insert = prepare("INSERT INTO entry VALUES(?, ?)");
		update = prepare("UPDATE page SET step = ?1 WHERE number = ?1 % 16");
		forget = prepare("DELETE FROM entry WHERE step <= ? - 40");
	}
	sqlite3_stmt *const statements[] = {insert, update, forget};
	int length = fill(step);

	run("BEGIN");
	sqlite3_bind_blob(insert, 2, expected, length, SQLITE_STATIC);
	for (int i = 0; i < 3; i++) {
		sqlite3_bind_int(statements[i], 1, (int)step);
		must(sqlite3_step(statements[i]) == SQLITE_DONE);
		must(sqlite3_reset(statements[i]) == SQLITE_OK);
	}
	run("COMMIT");
}

int main(int count, char **arguments)
{
	char mode[64];

	must(count > 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	must(sqlite3_open("/data/test.db", &database) == SQLITE_OK);
	create();
	expect_text("PRAGMA integrity_check", "ok");
	unsigned last = check_entries();

	check_pages(last);
	printf("found %u\n", last);
	if (count > 2)
		return 0;
	snprintf(mode, sizeof(mode), "PRAGMA journal_mode = %s", arguments[1]);
	expect_text(mode, arguments[1]);
	/* So that the log is emptied now and then. */
	run("PRAGMA wal_autocheckpoint = 20");
	for (unsigned step = last + 1;; step++) {
		commit(step);
		printf("synced %u\n", step);
	}
}
