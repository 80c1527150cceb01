// Connections that share a database, each in a thread of its own: with a rollback journal they
// wait for each other; in WAL mode readers see what was there when they began, whatever is
// written meanwhile. What is in the log is found again.
// machines: microvm linux
// disk: data 16M
// volume: data=/data
#include "check.h"
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 15

/* SQLite's own waits grow to a tenth of a second. */
static int wait_a_little(void *nothing, int attempts)
{
	(void)nothing;
	usleep(500);
	return attempts < 20000;
}

static void *count_up(void *path)
{
	sqlite3 *database = open_database(path);

	sqlite3_busy_handler(database, wait_a_little, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		run(database, "BEGIN IMMEDIATE");
		run(database, "UPDATE counter SET value = value + 1");
		run(database, "INSERT INTO entry SELECT value FROM counter");
		run(database, "COMMIT");
	}
	check(!sqlite3_close(database));
	return NULL;
}

static void together(char *path)
{
	pthread_t thread[THREADS];
	sqlite3 *database = open_database(path);

	run(database, "CREATE TABLE counter(value INTEGER); INSERT INTO counter VALUES(0)");
	run(database, "CREATE TABLE entry(value INTEGER PRIMARY KEY)");
	for (int i = 0; i < THREADS; i++)
		check(!pthread_create(&thread[i], NULL, count_up, path));
	for (int i = 0; i < THREADS; i++)
		check(!pthread_join(thread[i], NULL));
	check(number_of(database, "SELECT value FROM counter") == THREADS * ROUNDS);
	check(number_of(database, "SELECT count(*) FROM entry") == THREADS * ROUNDS);
	intact(database);
	check(!sqlite3_close(database));
}

static void busy(void)
{
	sqlite3 *one = open_database("/data/journal.db"), *two = open_database("/data/journal.db");

	sqlite3_busy_timeout(two, 0);
	run(one, "BEGIN IMMEDIATE; UPDATE counter SET value = 0");
	check(try(two, "UPDATE counter SET value = 1") == SQLITE_BUSY);
	check(number_of(two, "SELECT value FROM counter") == THREADS * ROUNDS);
	run(one, "COMMIT");
	check(number_of(two, "SELECT value FROM counter") == 0);
	check(!sqlite3_close(one) && !sqlite3_close(two));
}

static void write_ahead(void)
{
	struct stat log;
	sqlite3 *database = open_database("/data/wal.db");

	check(!strcmp(text_of(database, "PRAGMA journal_mode = wal"), "wal"));
	check(!sqlite3_close(database));
	together("/data/wal.db");
	sqlite3 *reader = open_database("/data/wal.db"), *writer = open_database("/data/wal.db");
	run(reader, "BEGIN");
	check(number_of(reader, "SELECT count(*) FROM entry") == THREADS * ROUNDS);
	run(writer, "INSERT INTO entry VALUES(100000); INSERT INTO entry VALUES(100001)");
	check(number_of(reader, "SELECT count(*) FROM entry") == THREADS * ROUNDS);
	/* The reader keeps the log from being emptied. */
	check(number_of(writer, "PRAGMA wal_checkpoint(truncate)") == 1);
	run(reader, "COMMIT");
	check(number_of(reader, "SELECT count(*) FROM entry") == THREADS * ROUNDS + 2);
	check(!stat("/data/wal.db-wal", &log) && log.st_size > 0);
	check(stat("/data/wal.db-shm", &log) == -1); /* that is in memory */
	check(number_of(writer, "PRAGMA wal_checkpoint(truncate)") == 0);
	check(!stat("/data/wal.db-wal", &log) && log.st_size == 0);
	run(writer, "INSERT INTO entry VALUES(100002)");
	check(!sqlite3_close(reader) && !sqlite3_close(writer));
	check(stat("/data/wal.db-wal", &log) == -1);
	reader = open_database("/data/wal.db");
	check(number_of(reader, "SELECT count(*) FROM entry") == THREADS * ROUNDS + 3);
	check(!strcmp(text_of(reader, "PRAGMA journal_mode"), "wal"));
	check(!strcmp(text_of(reader, "PRAGMA journal_mode = delete"), "delete"));
	intact(reader);
	check(!sqlite3_close(reader));
}

int main(void)
{
	check(sqlite3_threadsafe());
	together("/data/journal.db");
	busy();
	write_ahead();
	puts("SUCCESS");
	return 0;
}
