/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live ingest that does not end well.
 *
 *   crash_ingest kill N [seed]   SIGKILL at N random moments, each time going on where it was
 *   crash_ingest full N [seed]   the disk full N times at random sizes, and room again
 *
 * A child stores numbered rows in groups of any size, remembers in each group which number comes
 * next, and tells every acknowledged commit through a pipe. After each fault: the database opens, a
 * check is clean, every acknowledged row is there, none is there twice, none but those of whole
 * groups, and the account agrees.
 */
#include "store/ingest.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERIES = 7, GROUP_MAX = 3000, LATE = 11 };

static char folder[64], path[128];

static _Noreturn void die(const char *what, const assay_err *err)
{
    printf("not ok 1 - %s: %s\n", what, err ? err->message : "");
    exit(1);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* -- the child ------------------------------------------------------------------------ */

typedef struct {
    store *s;
    ingest *g;
    measurement_batch *b;
    uint8_t fate[2 * GROUP_MAX];
    assay_err err;
} feeder;

/* Every eleventh row comes late; the mantissa is its number. */
static void put_row(measurement_batch *b, uint64_t r)
{
    size_t i = b->n++;
    b->characteristic[i] = (uint32_t)(r % SERIES) + 1;
    b->time[i] = 1000000 + (int64_t)r * 10 - (r % LATE ? 0 : 5003);
    b->mantissa[i] = (int64_t)r;
    b->exponent[i] = -3;
    b->offset[i] = 0;
    b->decimals[i] = 3;
    b->status[i] = STATUS_VALID;
    b->size[i] = 1;
}

static assay_status define_series(feeder *f)
{
    assay_status status = ASSAY_OK;
    for (int i = 0; i < SERIES && !status; i++) {
        char name[8];
        uint32_t number;
        snprintf(name, sizeof name, "m%d", i);
        characteristic c = {.path = name, .decimals = 3};
        status = ingest_define(f->g, &c, "crash", &number, &f->err);
    }
    return status;
}

static source_account count_fates(const uint8_t *fate, size_t n)
{
    source_account a = {.received = n, .last_time = 1};
    for (size_t i = 0; i < n; i++) {
        a.stored += fate[i] == FATE_STORED || fate[i] == FATE_LATE;
        a.late += fate[i] == FATE_LATE;
        a.duplicates += fate[i] == FATE_DUPLICATE;
        a.conflicts += fate[i] == FATE_CONFLICT;
    }
    return a;
}

/* Rows from .. end, and some of those before once more. */
static assay_status send_group(feeder *f, uint64_t from, uint64_t end, uint64_t again)
{
    f->b->n = 0;
    for (uint64_t r = from > again ? from - again : 0; r < end; r++)
        put_row(f->b, r);
    size_t n = f->b->n;
    uint64_t next = end;
    assay_status status = from ? ASSAY_OK : define_series(f);
    if (!status)
        status = ingest_rows(f->g, "crash", f->b, NULL, NULL, f->fate, &f->err);
    source_account a = count_fates(f->fate, n);
    if (!status)
        status = ingest_account(f->g, "crash", &a, &f->err);
    if (!status)
        status = ingest_remember(f->g, "crash", "next", &next, sizeof next, &f->err);
    return status ? status : ingest_commit(f->g, NULL, &f->err);
}

static assay_status recall(store *s, uint64_t *next, assay_err *err)
{
    buf b = BUF_INIT;
    assay_status status = store_recall(s, "crash", "next", &b, err);
    *next = 0;
    if (!status && b.length == sizeof *next)
        memcpy(next, b.data, sizeof *next);
    buf_done(&b);
    return status;
}

/* Feeds until it is killed, or until `limit` acknowledged groups; 2 on an error other than FULL. */
static int feed(int out, bool fills, uint64_t limit)
{
    feeder f = {0};
    uint64_t next;
    struct rlimit room;
    if (store_open(path, STORE_CREATE, &f.s, &f.err) || ingest_open(f.s, &f.g, &f.err) ||
        ingest_prepare(f.g, &f.err) || recall(f.s, &next, &f.err) || batch_new(2 * GROUP_MAX, 0, &f.b, &f.err))
        goto failed;
    f.g->bounds = (ingest_bounds){5000, 100, 1 << 20, 4, 200000}; /* all paths, often */
    for (uint64_t k = 0; k < limit; k++) {
        uint64_t end = next + 1 + (uint64_t)(rand() % (rand() % 4 ? 40 : GROUP_MAX));
        assay_status status = send_group(&f, next, end, (uint64_t)(rand() % 3 ? 0 : rand() % 50));
        if (status == ASSAY_FULL && fills) { /* room again, and the same once more */
            getrlimit(RLIMIT_FSIZE, &room);
            room.rlim_cur = room.rlim_max;
            setrlimit(RLIMIT_FSIZE, &room);
            ingest_abort(f.g);
            fills = false;
            continue;
        }
        if (status)
            goto failed;
        next = end;
        if (write(out, &next, sizeof next) != sizeof next)
            return 2;
        for (int i = rand() % 3; i > 0 && ingest_idle(f.g); i--)
            ;
    }
    ingest_close(f.g);
    store_close(f.s);
    return fills ? 3 : 0;
failed:
    printf("# %s\n", f.err.message);
    fflush(stdout);
    return 2;
}

/* -- after the fault ------------------------------------------------------------------ */

static void tell(const char *what, void *context)
{
    (void)context;
    printf("# %s\n", what);
}

static uint64_t count_series(store *s, uint32_t number, uint64_t next, uint8_t *seen)
{
    store_range all = STORE_ALL;
    cursor *c;
    measurement_batch b;
    assay_err err = {0};
    uint64_t n = 0;
    if (cursor_open(s, number, &all, &c, &err))
        die("reading after the fault", &err);
    while (!cursor_next(c, &b, &err) && b.n)
        for (size_t i = 0; i < b.n; i++, n++) {
            uint64_t r = (uint64_t)b.mantissa[i];
            if (r >= next || seen[r])
                die(r >= next ? "a row that was never promised" : "a row twice", NULL);
            seen[r] = 1;
        }
    if (err.code)
        die("reading after the fault", &err);
    cursor_close(c);
    return n;
}

static bool keep_account(const char *source, const source_account *a, void *context)
{
    (void)source;
    *(source_account *)context = *a;
    return false;
}

/* Returns the number that comes next. */
static uint64_t inspect(uint64_t acknowledged, double *slowest)
{
    store *s;
    assay_err err = {0};
    store_check_t found;
    source_account a = {0};
    uint64_t next = 0, n = 0;
    double start = seconds();
    if (store_open(path, STORE_CREATE, &s, &err) || recall(s, &next, &err))
        die("opening after the fault", &err);
    if (*store_told(s))
        die(store_told(s), NULL);
    start = seconds() - start;
    *slowest = start > *slowest ? start : *slowest;
    if (store_check(s, tell, NULL, &found, &err) || found.damaged)
        die("the check after the fault", &err);
    if (next < acknowledged)
        die("an acknowledged group is lost", NULL);
    uint8_t *seen = calloc(next + 1, 1);
    for (uint32_t c = 1; c <= store_characteristic_count(s); c++)
        n += count_series(s, c, next, seen);
    free(seen);
    if (n != next || found.measurements != next)
        die("rows are missing", NULL);
    if (store_sources(s, keep_account, &a, &err) || a.stored != next ||
        a.received != a.stored + a.duplicates || a.conflicts)
        die("the account does not agree", &err);
    store_close(s);
    return next;
}

/* -- faults --------------------------------------------------------------------------- */

static uint64_t drain(int fd, uint64_t last)
{
    uint64_t next;
    while (read(fd, &next, sizeof next) == sizeof next)
        last = next;
    return last;
}

static void pause_for(double wait)
{
    struct timespec t = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
    nanosleep(&t, NULL);
}

static pid_t start_child(int ends[2], rlim_t room)
{
    fflush(stdout);
    if (pipe(ends) != 0)
        die("a pipe", NULL);
    unsigned seed = (unsigned)rand();
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit;
        srand(seed);
        close(ends[0]);
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = room ? room : limit.rlim_cur;
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(feed(ends[1], room != 0, room ? 300 : UINT64_MAX));
    }
    close(ends[1]);
    return child;
}

/* What is acknowledged is read by and by, so that the child never waits for the pipe. */
static uint64_t kill_once(uint64_t last)
{
    int ends[2], status;
    pid_t child = start_child(ends, 0);
    pause_for(0.3 * (double)rand() / RAND_MAX);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    if (WIFEXITED(status))
        die("the child failed by itself", NULL);
    last = drain(ends[0], last);
    close(ends[0]);
    return last;
}

static uint64_t fill_once(uint64_t last, int *disturbed)
{
    int ends[2], status;
    struct stat size = {0};
    if (stat(path, &size) != 0)
        size.st_size = 0;
    pid_t child = start_child(ends, (rlim_t)size.st_size + 4000000 + (rlim_t)(rand() % 30000000));
    last = drain(ends[0], last);
    waitpid(child, &status, 0);
    close(ends[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) == 2)
        die("a full disk was not survived", NULL);
    *disturbed += WEXITSTATUS(status) == 0;
    return last;
}

static void start_anew(void)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-writer", "-live"};
    char name[200];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    bool is_kill = strcmp(argv[1], "kill") == 0;
    int rounds = atoi(argv[2]), disturbed = 0;
    srand(argc > 3 ? (unsigned)atoi(argv[3]) : 1);
    snprintf(folder, sizeof folder, "/tmp/assay-crash-XXXXXX");
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/c.assay", folder);
    printf("1..1\n");
    uint64_t last = 0;
    double slowest = 0;
    for (int round = 0; round < rounds; round++) {
        last = is_kill ? kill_once(last) : fill_once(last, &disturbed);
        disturbed += is_kill;
        last = inspect(last, &slowest);
        if (last > 400000) { /* reading it all after each fault must not become the test */
            start_anew();
            last = 0;
        }
    }
    start_anew();
    rmdir(folder);
    printf("# slowest opening %.0f ms\n", 1e3 * slowest);
    printf("ok 1 - %d of %d times disturbed, nothing lost, nothing doubled\n", disturbed, rounds);
    return disturbed ? 0 : 1;
}
