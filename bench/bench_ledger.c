/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's speed.
 *
 *   bench_ledger rate SECONDS BATCH [DIR]  records a second, each durable and under a signed
 *                                          checkpoint; wait from the request to the signature
 *   bench_ledger prove ENTRIES [DIR]       inclusion proofs from a tree of so many entries
 *
 * Prints beside it what the disk does alone (write 4 KiB, fdatasync, again) in the same run. */
#include "ledger/log.h"
#include "notary/notary.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static assay_err err;
static char folder[256], path[300];

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, err.message);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void quantiles(const char *what, double *x, size_t n, double unit, const char *name)
{
    qsort(x, n, sizeof *x, by_size);
    printf("%s: n %zu, p50 %.3g %s, p99 %.3g %s, most %.3g %s\n", what, n, x[n / 2] * unit, name,
           x[n * 99 / 100] * unit, name, x[n - 1] * unit, name);
}

static void bare_disk(void)
{
    enum { N = 200 };
    static char block[4096];
    double x[N];
    char name[320];
    snprintf(name, sizeof name, "%s/bare", folder);
    int fd = open(name, O_WRONLY | O_CREAT, 0644);
    for (int i = 0; i < N; i++) {
        double from = now();
        if (pwrite(fd, block, sizeof block, i * 4096L) != (ssize_t)sizeof block || fdatasync(fd) != 0)
            exit(1);
        x[i] = now() - from;
    }
    close(fd);
    quantiles("bare fdatasync", x, N, 1e3, "ms");
}

/* -- rate ---------------------------------------------------------------------------------------- */

enum { WAITS = 1 << 20 };
static struct {
    uint64_t last;
    double from;
} asked[WAITS];
static double waited[WAITS];
static size_t asked_count, waited_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static bool is_over;
static uint64_t signed_size, checkpoints;

static void *build(void *context)
{
    notary *n = context;
    for (bool is_last = false; !is_last;) {
        pthread_mutex_lock(&lock);
        while (!is_over && waited_count == asked_count)
            pthread_cond_wait(&news, &lock);
        is_last = is_over;
        pthread_mutex_unlock(&lock);
        if (notary_step(n, &signed_size, &err))
            die("step");
        checkpoints++;
        double t = now();
        pthread_mutex_lock(&lock);
        while (waited_count < asked_count && asked[waited_count].last <= signed_size) {
            waited[waited_count] = t - asked[waited_count].from;
            waited_count++;
        }
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void commit(store *s, int batch)
{
    store_tx *tx;
    uint64_t sequence = 0;
    double from = now();
    if (store_tx_begin(s, &tx, &err))
        die("begin");
    for (int i = 0; i < batch; i++)
        if (record_append(tx, "decision.taken", "kim", NULL, "{\"score\":\"93.5\",\"round\":3}", &sequence, &err))
            die("append");
    if (store_tx_commit(tx, NULL, &err))
        die("commit");
    pthread_mutex_lock(&lock);
    asked[asked_count].last = sequence;
    asked[asked_count++].from = from;
    pthread_cond_signal(&news);
    pthread_mutex_unlock(&lock);
}

static void rate(double seconds, int batch)
{
    const notary_wish wish = {.origin = "bench.test/log", .actor = "kim"};
    store *s;
    notary *n;
    pthread_t thread;
    snprintf(path, sizeof path, "%s/bench.assay", folder);
    if (store_open(path, STORE_CREATE, &s, &err) || notary_init(s, path, &wish, &err) ||
        notary_open(path, &n, &err))
        die("open");
    bare_disk();
    pthread_create(&thread, NULL, build, n);
    double from = now();
    while (now() - from < seconds && asked_count < WAITS)
        commit(s, batch);
    pthread_mutex_lock(&lock);
    is_over = true;
    pthread_cond_signal(&news);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    double took = now() - from;
    printf("rate: %.0f entries/s, %llu entries in %.1f s, commits of %d, %llu checkpoints\n",
           (double)signed_size / took, (unsigned long long)signed_size, took, batch,
           (unsigned long long)checkpoints);
    quantiles("request to signed checkpoint", waited, waited_count, 1e3, "ms");
    notary_close(n);
    store_close(s);
}

/* -- proofs --------------------------------------------------------------------------------------- */

static void fill(uint64_t entries, tlog **out)
{
    char keys[320], text[400];
    signer *s;
    signer_public p;
    snprintf(keys, sizeof keys, "%s/keys", folder);
    snprintf(path, sizeof path, "%s/log", folder);
    if (signer_file_add(keys, SIGNER_LOG, "bench.test/log", NULL, &err) || signer_open(keys, &s, &err) ||
        signer_keys(s, &p, &err) || tlog_open(path, "bench.test/log", &p.log, 1, out, &err))
        die("open");
    double from = now();
    for (uint64_t i = 0; i < entries; i++) {
        int n = snprintf(text, sizeof text, "{\"commit\":\"%043llu\",\"id\":\"%032llu\",\"v\":1}",
                         (unsigned long long)i, (unsigned long long)i);
        if (tlog_add(*out, text, (size_t)n, &err) || (i % LOG_BATCH == LOG_BATCH - 1 && tlog_write(*out, &err)))
            die("add");
    }
    if (tlog_sign(*out, s, &err))
        die("sign");
    printf("fill: %.0f entries/s in batches of %d, %llu entries\n", (double)entries / (now() - from),
           LOG_BATCH, (unsigned long long)entries);
    signer_close(s);
}

static double one_proof(tlog_reader *r, uint64_t index, uint64_t size)
{
    merkle_proof p;
    double from = cpu();
    if (tlog_prove_inclusion(r, index, size, &p, &err))
        die("prove");
    return cpu() - from;
}

static void prove(uint64_t entries)
{
    enum { N = 20000 };
    static double x[N];
    tlog *t;
    tlog_reader *r;
    uint64_t state = 1;
    fill(entries, &t);
    if (tlog_reader_open(path, 0, &r, &err)) /* as a server has it */
        die("reader");
    for (int i = 0; i < N / 10; i++) { /* every tile anew: open, read, 255 nodes each */
        state = state * 6364136223846793005u + 1442695040888963407u;
        tlog_reader_forget(r);
        x[i] = one_proof(r, (state >> 20) % entries, entries);
    }
    quantiles("CPU of a proof, nothing kept (files in the page cache)", x, N / 10, 1e6, "us");
    tlog_reader_close(r);
    if (tlog_reader_open(path, 65536, &r, &err))
        die("reader");
    for (int i = 0; i < N; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = one_proof(r, (state >> 20) % entries, entries);
    }
    quantiles("CPU of a proof, upper tiles kept", x, N, 1e6, "us");
    uint64_t near = (state >> 20) % (entries - 256 * 64);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < N; i++)
            x[i] = one_proof(r, near + (uint64_t)(i * 7919L % (256 * 64)), entries);
    quantiles("CPU of a proof, all its tiles kept", x, N, 1e6, "us");
    tlog_reader_close(r);
    tlog_close(t);
}

int main(int count, char **arg)
{
    bool is_rate = count > 3 && strcmp(arg[1], "rate") == 0;
    bool is_prove = count > 2 && strcmp(arg[1], "prove") == 0;
    if (!is_rate && !is_prove)
        return 2;
    const char *root = is_rate ? count > 4 ? arg[4] : "." : count > 3 ? arg[3] : ".";
    snprintf(folder, sizeof folder, "%s/bench-ledger-XX" "XX" "XX", root);
    if (!mkdtemp(folder))
        return 1;
    if (is_rate)
        rate(atof(arg[2]), atoi(arg[3]));
    else
        prove(strtoull(arg[2], NULL, 10));
    char command[320];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
