// A database on a volume: schema, prepared statements, transactions and what undoes them, values
// of every kind, what several files are together, and that all is there when it is opened again.
// machines: microvm linux
// disk: data 16M
// volume: data=/data
#include "check.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

static sqlite3 *database;

static void schema(void)
{
	run(database, "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
		      " born INTEGER CHECK(born > 1800), photo BLOB)");
	run(database, "CREATE TABLE letter(id INTEGER PRIMARY KEY, sender INTEGER NOT NULL"
		      " REFERENCES person ON DELETE CASCADE, text TEXT)");
	run(database, "CREATE INDEX letter_sender ON letter(sender)");
	run(database, "CREATE VIEW count AS SELECT name, count(letter.id) AS letters FROM person"
		      " LEFT JOIN letter ON sender = person.id GROUP BY person.id");
	run(database, "CREATE TABLE log(what TEXT)");
	run(database, "CREATE TRIGGER logged AFTER INSERT ON letter BEGIN"
		      " INSERT INTO log VALUES('letter ' || new.id); END");
	run(database, "PRAGMA foreign_keys = on");
}

static void statements(void)
{
	static const char *const names[] = {"Ada", "Grace", "Mary", "Hedy"};
	static unsigned char photo[100000];
	sqlite3_stmt *insert, *read;

	for (size_t i = 0; i < sizeof(photo); i++)
		photo[i] = (unsigned char)(i * 7 + i / 256);
	check(!sqlite3_prepare_v2(database, "INSERT INTO person(name, born, photo) VALUES(?, ?, ?)",
				  -1, &insert, NULL));
	for (int i = 0; i < 4; i++) {
		check(!sqlite3_bind_text(insert, 1, names[i], -1, SQLITE_STATIC));
		check(!sqlite3_bind_int64(insert, 2, 1815 + 30LL * i));
		check(!sqlite3_bind_blob(insert, 3, photo, i == 2 ? sizeof(photo) : 10,
					 SQLITE_STATIC));
		check(sqlite3_step(insert) == SQLITE_DONE && !sqlite3_reset(insert));
		check(sqlite3_last_insert_rowid(database) == i + 1);
	}
	check(!sqlite3_finalize(insert));
	check(try(database, "INSERT INTO person(name, born) VALUES('Ada', 1900)") ==
	      SQLITE_CONSTRAINT);
	check(try(database, "INSERT INTO person(name, born) VALUES('Eve', 1)") ==
	      SQLITE_CONSTRAINT);
	check(try(database, "INSERT INTO letter(sender) VALUES(99)") == SQLITE_CONSTRAINT);
	check(try(database, "SELEKT") == SQLITE_ERROR);
	check(!sqlite3_prepare_v2(database, "SELECT photo, length(photo) FROM person WHERE name = ?",
				  -1, &read, NULL));
	sqlite3_bind_text(read, 1, "Mary", -1, SQLITE_STATIC);
	check(sqlite3_step(read) == SQLITE_ROW && sqlite3_column_int(read, 1) == sizeof(photo));
	check(!memcmp(sqlite3_column_blob(read, 0), photo, sizeof(photo)));
	check(sqlite3_step(read) == SQLITE_DONE && !sqlite3_finalize(read));
	run(database, "INSERT INTO letter(sender, text) SELECT id, 'Dear ' || name FROM person");
	check(number_of(database, "SELECT count(*) FROM log") == 4);
	check(number_of(database, "SELECT sum(letters) FROM count") == 4);
	run(database, "INSERT INTO person(name, born) VALUES('Ada', 1816)"
		      " ON CONFLICT(name) DO UPDATE SET born = excluded.born");
	check(number_of(database, "SELECT born FROM person WHERE name = 'Ada'") == 1816);
	run(database, "DELETE FROM person WHERE name = 'Hedy'");
	check(number_of(database, "SELECT count(*) FROM letter") == 3);
}

static void transactions(void)
{
	run(database, "BEGIN");
	for (int i = 0; i < 500; i++)
		run(database, "INSERT INTO letter(sender, text) VALUES(1, hex(randomblob(300)))");
	check(number_of(database, "SELECT count(*) FROM letter") == 503);
	run(database, "ROLLBACK");
	check(number_of(database, "SELECT count(*) FROM letter") == 3);
	run(database, "BEGIN; UPDATE person SET born = 1900; SAVEPOINT inner;"
		      "DELETE FROM person; ROLLBACK TO inner; COMMIT");
	check(number_of(database, "SELECT count(*) FROM person WHERE born = 1900") == 3);
	/* A statement that fails half-way leaves nothing of itself. */
	run(database, "BEGIN; DELETE FROM log");
	check(try(database, "INSERT INTO log SELECT CASE WHEN id > 2 THEN abs(-9223372036854775808)"
			    " ELSE id END FROM person") == SQLITE_ERROR);
	check(number_of(database, "SELECT count(*) FROM log") == 0);
	run(database, "ROLLBACK");
	check(number_of(database, "SELECT count(*) FROM log") == 4);
	/* More than the cache holds: spilled before the commit, and taken back. */
	run(database, "PRAGMA cache_size = 10; BEGIN");
	run(database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
		      " INSERT INTO letter(sender, text) SELECT 2, hex(randomblob(200)) FROM n");
	run(database, "ROLLBACK; PRAGMA cache_size = -2000");
	check(number_of(database, "SELECT count(*) FROM letter") == 3);
	intact(database);
}

static void journals(void)
{
	static const char *const modes[] = {"truncate", "persist", "memory", "delete"};
	struct stat status;
	char sql[64];

	for (int i = 0; i < 4; i++) {
		snprintf(sql, sizeof(sql), "PRAGMA journal_mode = %s", modes[i]);
		check(!strcmp(text_of(database, sql), modes[i]));
		run(database, "BEGIN; DELETE FROM letter; ROLLBACK");
		run(database, "INSERT INTO log VALUES('journal')");
		check(number_of(database, "SELECT count(*) FROM letter") == 3);
	}
	check(stat("/data/test.db-journal", &status) == -1);
}

/* One transaction over two files, and what rewrites a file as a whole. */
static void files(void)
{
	run(database, "ATTACH '/data/other.db' AS other; CREATE TABLE other.copy(name TEXT)");
	run(database, "BEGIN; INSERT INTO copy SELECT name FROM person;"
		      " INSERT INTO log VALUES('copied'); COMMIT");
	run(database, "BEGIN; DELETE FROM copy; DELETE FROM log; ROLLBACK");
	check(number_of(database, "SELECT count(*) FROM copy") == 3);
	check(number_of(database, "SELECT count(*) FROM log WHERE what = 'copied'") == 1);
	run(database, "DETACH other; VACUUM; PRAGMA wal_checkpoint; REINDEX; ANALYZE");
	run(database, "VACUUM INTO '/data/backup.db'");
	sqlite3 *backup = open_database("/data/backup.db");
	check(number_of(backup, "SELECT count(*) FROM person") == 3);
	intact(backup);
	check(!sqlite3_close(backup));
}

static void functions(void)
{
	check(!strcmp(text_of(database, "SELECT json_extract('{\"a\":[1,{\"b\":\"c\"}]}', '$.a[1].b')"),
		      "c"));
	check(!strcmp(text_of(database, "SELECT upper('abc') || printf('%05.2f', 3.14159)"), "ABC03.14"));
	check(number_of(database, "SELECT sum(i) OVER (ORDER BY i DESC ROWS 2 PRECEDING) FROM"
				  " (SELECT 1 AS i UNION SELECT 2 UNION SELECT 3) ORDER BY 1 DESC") == 6);
	check(labs(number_of(database, "SELECT strftime('%s', 'now')") - time(NULL)) < 100);
	check(number_of(database, "SELECT 'x' LIKE 'X'") == 1);
}

/* Nothing is left of journals, and everything of the database. */
static void again(void)
{
	struct dirent *entry;
	unsigned count = 0;

	check(!sqlite3_close(database));
	database = open_database("/data/test.db");
	check(number_of(database, "SELECT count(*) FROM person") == 3);
	check(number_of(database, "SELECT length(photo) FROM person WHERE name = 'Mary'") == 100000);
	intact(database);
	check(!strcmp(text_of(database, "PRAGMA foreign_key_check"), ""));
	check(!sqlite3_close(database));
	DIR *directory = opendir("/data");
	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	check(count == 3 && !closedir(directory));
}

int main(void)
{
	check(sqlite3_libversion_number() == SQLITE_VERSION_NUMBER);
	database = open_database("/data/test.db");
	schema();
	statements();
	transactions();
	journals();
	files();
	functions();
	again();
	puts("SUCCESS");
	return 0;
}
