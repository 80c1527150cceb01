/* How SQLite is built: for a system where it is the only process, from this library's options. */
#ifndef SQLITECONFIG_H
#define SQLITECONFIG_H

/* No other process can have a database open. So no lock has to be asked of the system, and what
 * the connections of a database in WAL mode share is in memory and not in a mapped file. */
#define SQLITE_DEFAULT_UNIX_VFS "unix-excl"
#define SQLITE_MAX_MMAP_SIZE 0
/* A temporary file would be in memory as well. */
#define SQLITE_TEMP_STORE 2
#define SQLITE_OMIT_LOAD_EXTENSION 1
/* There is one processor. */
#define SQLITE_MAX_WORKER_THREADS 0
#define SQLITE_DEFAULT_MEMSTATUS 0

#define HAVE_FDATASYNC 1
#define HAVE_GMTIME_R 1
#define HAVE_LOCALTIME_R 1
#define HAVE_STRCHRNUL 1
#define HAVE_USLEEP 1

#ifdef CONFIG_SQLITE_THREADSAFE
#define SQLITE_THREADSAFE 1
#else
#define SQLITE_THREADSAFE 0
#endif
#define SQLITE_DEFAULT_CACHE_SIZE (-CONFIG_SQLITE_CACHE_KIB)
#define SQLITE_MAX_PAGE_COUNT CONFIG_SQLITE_MAX_PAGE_COUNT
#ifdef CONFIG_SQLITE_FTS5
#define SQLITE_ENABLE_FTS5 1
#endif
#ifdef CONFIG_SQLITE_RTREE
#define SQLITE_ENABLE_RTREE 1
#endif
#ifdef CONFIG_SQLITE_MATH
#define SQLITE_ENABLE_MATH_FUNCTIONS 1
#endif
#ifdef CONFIG_SQLITE_COLUMN_METADATA
#define SQLITE_ENABLE_COLUMN_METADATA 1
#endif

#endif
