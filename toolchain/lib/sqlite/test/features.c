// What only options bring: full-text search, R*Trees, mathematics, columns' origins; in memory and
// on a volume.
// machines: microvm linux
// disk: data 8M
// volume: data=/data
#include "check.h"

static void search(sqlite3 *database)
{
	run(database, "CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize = porter)");
	run(database, "INSERT INTO page VALUES('One', 'Kernels that were linked together'),"
		      " ('Two', 'a kernel and its library'), ('Three', 'nothing of the kind')");
	check(number_of(database, "SELECT count(*) FROM page('kernel')") == 2);
	check(!strcmp(text_of(database, "SELECT title FROM page('librar*')"), "Two"));
	check(!strcmp(text_of(database, "SELECT highlight(page, 1, '<', '>') FROM page('linking')"),
		      "Kernels that were <linked> together"));
	run(database, "INSERT INTO page(page) VALUES('integrity-check')");
}

static void rectangles(sqlite3 *database)
{
	run(database, "CREATE VIRTUAL TABLE place USING rtree(id, west, east, south, north)");
	run(database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)"
		      " INSERT INTO place SELECT i, i, i + 1, -i, 1 - i FROM n");
	check(number_of(database, "SELECT count(*) FROM place WHERE east >= 100 AND west <= 110") == 12);
	check(!strcmp(text_of(database, "SELECT rtreecheck('place')"), "ok"));
}

static void origins(sqlite3 *database)
{
	sqlite3_stmt *statement;

	check(!sqlite3_prepare_v2(database, "SELECT title AS t FROM page", -1, &statement, NULL));
	check(!strcmp(sqlite3_column_table_name(statement, 0), "page"));
	check(!strcmp(sqlite3_column_origin_name(statement, 0), "title"));
	check(!sqlite3_finalize(statement));
}

int main(void)
{
	static const char *const places[] = {":memory:", "/data/features.db", ""};

	for (int i = 0; i < 3; i++) {
		sqlite3 *database = open_database(places[i]);
		search(database);
		rectangles(database);
		origins(database);
		check(!strcmp(text_of(database, "SELECT round(sqrt(2) * pow(2, 0.5) + sin(0), 6)"), "2.0"));
		intact(database);
		check(!sqlite3_close(database));
	}
	puts("SUCCESS");
	return 0;
}
