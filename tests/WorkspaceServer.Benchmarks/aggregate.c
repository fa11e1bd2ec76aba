/* aggregate FILE SQL, the key as x'…' on standard input: prints the milliseconds of opening FILE and running SQL, then of running it again. */
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
int sqlite3_open_v2(const char *, sqlite3 **, int, const char *);
int sqlite3_key(sqlite3 *, const void *, int);
int sqlite3_exec(sqlite3 *, const char *, void *, void *, char **);
int sqlite3_prepare_v2(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
int sqlite3_step(sqlite3_stmt *);
int sqlite3_finalize(sqlite3_stmt *);

enum { ok = 0, row = 100, done = 101, read_only = 1, no_mutex = 0x8000 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int run(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, 0);
    if (code != ok) return code;
    while ((code = sqlite3_step(statement)) == row) { }
    sqlite3_finalize(statement);
    return code == done ? ok : code;
}

int main(int count, char **arguments)
{
    char key[128];
    sqlite3 *database;
    double started;
    if (count != 3 || !fgets(key, sizeof key, stdin)) return 2;
    key[strcspn(key, "\n")] = 0;

    started = now();
    if (sqlite3_open_v2(arguments[1], &database, read_only | no_mutex, 0) != ok) return 1;
    if (sqlite3_key(database, key, strlen(key)) != ok) return 1;
    if (sqlite3_exec(database, "PRAGMA cache_size = -49152", 0, 0, 0) != ok) return 1;
    if (run(database, arguments[2]) != ok) return 1;
    printf("%.3f\n", now() - started);

    started = now();
    if (run(database, arguments[2]) != ok) return 1;
    printf("%.3f\n", now() - started);
    return 0;
}
