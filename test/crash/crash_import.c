/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imports that do not end well.
 *
 *   crash_import kill N [seed [plain]]   SIGKILL at N random moments of an import
 *   crash_import full N [seed [plain]]   the disk full at N random sizes (RLIMIT_FSIZE)
 *
 * plain: rows in order, timed, valid, which are sealed while they are read.
 *
 * After each: the database opens, a check is clean, what was committed before is there, and the
 * import taken up again ends in the digest of one that was never disturbed.
 */
#include "store/store.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 120000, BEFORE = 5000, BATCH = 1000, STEP = 4000, CHARACTERISTICS = 7 };

static char folder[64], path[128];
static bool is_plain;

static void die(const char *what, const assay_err *err)
{
    printf("not ok 1 - %s: %s\n", what, err ? err->message : "");
    exit(1);
}

static void remove_all(void)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-writer"};
    char name[200];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

static void fill_batch(measurement_batch *b, uint64_t from, uint64_t end, int64_t start)
{
    b->n = 0;
    for (uint64_t r = from; r < end && b->n < BATCH; r++) {
        size_t i = b->n++;
        b->characteristic[i] = (uint32_t)(r % CHARACTERISTICS);
        b->time[i] = r % 101 == 0 && !is_plain ? TIME_NONE : start + (int64_t)(r - r % 3) * 1000;
        b->offset[i] = TIME_OFFSET_NONE;
        b->mantissa[i] = (int64_t)(r * 2654435761u % 5000);
        b->exponent[i] = -3;
        b->decimals[i] = 3;
        b->status[i] = r % 97 || is_plain ? STATUS_VALID : STATUS_MARKED;
        b->size[i] = 1;
        b->record[i] = r + 1;
    }
}

/* Import rows 0 .. n, from where an earlier try ended. */
static assay_status run_import(store *s, const char *content, uint64_t n, int64_t start,
                               assay_err *err)
{
    static const char *const paths[CHARACTERISTICS] = {"a", "b", "c", "d", "e", "f", "g"};
    characteristic definitions[CHARACTERISTICS];
    const characteristic *list[CHARACTERISTICS];
    const dictionary *texts[CONTEXT_COUNT] = {NULL};
    for (int i = 0; i < CHARACTERISTICS; i++) {
        definitions[i] = (characteristic){.path = paths[i], .decimals = -1};
        list[i] = &definitions[i];
    }
    import_options o = {"crash", content, "test", "tester", STEP};
    import *i = NULL;
    import_tally t;
    measurement_batch *b = NULL;
    assay_status status = import_begin(s, &o, &i, &t, err);
    if (!status)
        status = batch_new(BATCH, 0, &b, err);
    for (uint64_t r = status ? n : t.record; r < n && !status; r += b->n) {
        fill_batch(b, r, n, start);
        status = import_append(i, b, list, texts, 0, r + b->n, err);
    }
    if (!status)
        status = import_commit(i, &t, err);
    import_close(i, true);
    batch_free(b);
    return status;
}

static assay_status import_all(assay_err *err)
{
    store *s;
    assay_status status = store_open(path, STORE_CREATE, &s, err);
    if (status)
        return status;
    status = run_import(s, "second", ROWS, is_plain ? 1000000000 : 1000000, err);
    store_close(s);
    return status;
}

static void begin_with_something(void)
{
    store *s;
    assay_err err = {0};
    remove_all();
    if (store_open(path, STORE_CREATE, &s, &err) || run_import(s, "first", BEFORE, 0, &err))
        die("the first import", &err);
    store_close(s);
}

typedef struct {
    series_digest of[CHARACTERISTICS];
} digests;

static void tell(const char *what, void *context)
{
    (void)context;
    printf("# %s\n", what);
}

/* Opens, is clean; the digests as of `as_of`. Returns the number of commits. */
static uint64_t inspect(digests *out, uint64_t as_of)
{
    store *s;
    assay_err err = {0};
    store_check_t found;
    store_range range = STORE_ALL;
    range.as_of = as_of;
    if (store_open(path, STORE_WRITE, &s, &err))
        die("opening after the fault", &err);
    if (store_check(s, tell, NULL, &found, &err) || found.damaged)
        die("the check after the fault", &err);
    for (uint32_t c = 0; c < CHARACTERISTICS; c++)
        if (store_digest(s, c + 1, &range, &out->of[c], &err))
            die("a digest after the fault", &err);
    uint64_t commits = store_commit_number(s);
    store_close(s);
    return commits;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool kill_once(double limit)
{
    pid_t child = fork();
    if (child == 0) {
        assay_err err = {0};
        _exit(import_all(&err) ? 2 : 0);
    }
    double wait = limit * (double)rand() / RAND_MAX;
    struct timespec pause = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status))
        die("the disturbed import failed by itself", NULL);
    return WIFSIGNALED(status);
}

/* The limit holds for all files; SIGXFSZ is ignored, so that writes fail. */
static bool fill_once(uint64_t bytes)
{
    pid_t child = fork();
    if (child == 0) {
        assay_err err = {0};
        struct rlimit limit = {bytes, bytes};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        assay_status status = import_all(&err);
        if (status && status != ASSAY_FULL)
            printf("# told %s: %s\n", assay_status_name(status), err.message);
        fflush(stdout);
        _exit(status == ASSAY_OK ? 0 : status == ASSAY_FULL ? 1 : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) == 2)
        die("a full disk was not told as one", NULL);
    return WEXITSTATUS(status) == 1;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    bool is_kill = strcmp(argv[1], "kill") == 0;
    int rounds = atoi(argv[2]), disturbed = 0;
    srand(argc > 3 ? (unsigned)atoi(argv[3]) : 1);
    is_plain = argc > 4 && strcmp(argv[4], "plain") == 0;
    snprintf(folder, sizeof folder, "/tmp/assay-crash-XXXXXX");
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/c.assay", folder);
    printf("1..1\n");
    fflush(stdout);

    digests first, before, after, undisturbed;
    assay_err err = {0};
    begin_with_something();
    inspect(&first, STORE_NOW);
    double start = seconds();
    if (import_all(&err))
        die("the undisturbed import", &err);
    double took = seconds() - start;
    inspect(&undisturbed, STORE_NOW);
    struct stat size = {0};
    if (stat(path, &size) != 0)
        die("the file is gone", NULL);

    for (int round = 0; round < rounds; round++) {
        begin_with_something();
        for (int again = 0; again < 3; again++)
            disturbed += is_kill ? kill_once(took * 1.2)
                                 : fill_once(300000 + (uint64_t)rand() %
                                                          ((uint64_t)size.st_size * 2));
        inspect(&before, 1);
        if (memcmp(&before, &first, sizeof first) != 0)
            die("what was there before has changed", NULL);
        if (inspect(&after, STORE_NOW) < 2 && import_all(&err))
            die("the import taken up again", &err);
        inspect(&after, STORE_NOW);
        if (getenv("CRASH_DEBUG"))
            for (int c = 0; c < CHARACTERISTICS; c++)
                printf("# %d: %llu %llu %d\n", c, (unsigned long long)after.of[c].n,
                       (unsigned long long)undisturbed.of[c].n,
                       memcmp(&after.of[c], &undisturbed.of[c], sizeof after.of[c]) != 0);
        if (memcmp(&after, &undisturbed, sizeof after) != 0)
            die("another digest than without the fault", NULL);
    }
    remove_all();
    rmdir(folder);
    printf("ok 1 - %d of %d imports were disturbed, each ended in the same digest\n", disturbed,
           3 * rounds);
    return disturbed ? 0 : 1;
}
