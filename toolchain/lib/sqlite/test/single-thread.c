// Without locks, with a small cache and few pages: a database that is full says so and stays whole;
// so does one whose volume is full, once it has been opened again.
// machines: microvm linux
// disk: data 1M
// volume: data=/data
#include "check.h"

static const char fill[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)"
	" INSERT INTO t SELECT zeroblob(1000) FROM n";

int main(void)
{
	sqlite3 *database = open_database("/data/full.db");

	check(!sqlite3_threadsafe());
	check(number_of(database, "PRAGMA cache_size") == -64);
	check(number_of(database, "PRAGMA max_page_count") == 100);
	run(database, "CREATE TABLE t(x); INSERT INTO t VALUES('first')");
	check(try(database, fill) == SQLITE_FULL);
	check(number_of(database, "SELECT count(*) FROM t") == 1);
	run(database, "INSERT INTO t VALUES('second')");
	intact(database);
	check(number_of(database, "PRAGMA max_page_count = 100000") == 100000);
	check(try(database, fill) != SQLITE_OK);
	check(!sqlite3_close(database));
	database = open_database("/data/full.db");
	check(number_of(database, "SELECT count(*) FROM t") == 2);
	run(database, "INSERT INTO t VALUES('third')");
	intact(database);
	check(!sqlite3_close(database));
	puts("SUCCESS");
	return 0;
}
