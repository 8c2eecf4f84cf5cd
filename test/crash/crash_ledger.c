/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger that is killed.
 *
 *   crash_ledger base DB          a database of 250 records, all signed
 *   crash_ledger child DB LOOPS   records and steps; tells "R sequence" after each commit and
 *                                 "C size root" after each checkpoint
 *   crash_ledger judge DB         reads what a child told: every record it acknowledged is there and
 *                                 signed now, every checkpoint it told is a beginning of the log
 *   crash_ledger kill N [seed]    N random kills of a child, judged each time */
#include "notary/notary.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BASE = 250 };

static assay_err err;

static _Noreturn void die(const char *what)
{
    printf("not ok 1 - %s: %s\n", what, err.message);
    exit(1);
}

static void append(store *s, int count, uint64_t *sequence)
{
    store_tx *tx;
    if (store_tx_begin(s, &tx, &err))
        die("begin");
    for (int i = 0; i < count; i++)
        if (record_append(tx, "decision.taken", "kim", NULL, "{\"score\":\"90\"}", sequence, &err))
            die("append");
    if (store_tx_commit(tx, NULL, &err))
        die("commit");
}

static void step(notary *n, uint64_t *size)
{
    if (notary_step(n, size, &err))
        die("step");
}

static int base(const char *path)
{
    const notary_wish wish = {.origin = "crash.test/log", .actor = "kim"};
    store *s;
    notary *n;
    uint64_t sequence, size;
    if (store_open(path, STORE_CREATE, &s, &err) || notary_init(s, path, &wish, &err))
        die("base");
    append(s, BASE - 1, &sequence);
    if (notary_open(path, &n, &err))
        die("notary");
    step(n, &size);
    notary_close(n);
    store_close(s);
    return size == BASE ? 0 : 1;
}

/* -- the child ------------------------------------------------------------------------------ */

static void tell_checkpoint(store *s, const char *path)
{
    ledger_view *v;
    ledger_tree t;
    if (ledger_view_open(s, path, &v, &err) || ledger_view_tree(v, UINT64_MAX, &t, &err))
        die("view");
    printf("C %llu ", (unsigned long long)t.size);
    for (int i = 0; i < 32; i++)
        printf("%02x", t.root[i]);
    printf("\n");
    fflush(stdout);
    buf_done(&t.note);
    ledger_view_close(v);
}

static int child(const char *path, int loops)
{
    store *s;
    notary *n;
    uint64_t sequence, size;
    if (store_open(path, STORE_WRITE, &s, &err) || notary_open(path, &n, &err))
        die("open");
    for (int i = 0; i < loops; i++) {
        append(s, 1 + i * 7 % 5, &sequence);
        printf("R %llu\n", (unsigned long long)sequence);
        fflush(stdout);
        step(n, &size);
        tell_checkpoint(s, path);
    }
    notary_close(n);
    store_close(s);
    return 0;
}

/* -- judging ----------------------------------------------------------------------------------- */

static void fault(const char *what, void *context)
{
    (void)context;
    printf("# %s\n", what);
}

static bool is_beginning(ledger_view *v, uint64_t size, const char *line)
{
    unsigned long long old = 0;
    char told[65] = "", hex[65];
    sha256 root;
    if (sscanf(line, "C %llu %64s", &old, told) != 2 || strlen(told) != 64)
        return true; /* the line was cut: nobody was told */
    if (old > size || tlog_root_within(ledger_view_reader(v), old, size, &root, &err))
        return false;
    sha256_to_hex(&root, hex);
    return strcmp(hex, told) == 0;
}

static int judge(const char *path, FILE *told)
{
    store *s;
    notary *n;
    ledger_view *v;
    notary_check_t found;
    uint64_t size = 0, acknowledged = 0, contradictions = 0;
    char line[200];
    if (store_open(path, STORE_WRITE, &s, &err) || notary_open(path, &n, &err))
        die("open after the kill");
    step(n, &size);
    notary_close(n);
    if (ledger_view_open(s, path, &v, &err) || notary_check(v, s, fault, NULL, &found, &err))
        die("check");
    while (fgets(line, sizeof line, told)) {
        unsigned long long r;
        if (sscanf(line, "R %llu\n", &r) == 1 && strchr(line, '\n') && r > acknowledged)
            acknowledged = r;
        contradictions += *line == 'C' && !is_beginning(v, size, line);
    }
    ledger_view_close(v);
    store_close(s);
    if (!found.faults && found.records >= acknowledged && size >= acknowledged && !contradictions)
        return 0;
    printf("# %llu faults, %llu of %llu records, %llu signed, %llu contradictions\n",
           (unsigned long long)found.faults, (unsigned long long)found.records,
           (unsigned long long)acknowledged, (unsigned long long)size,
           (unsigned long long)contradictions);
    return 1;
}

static pid_t start(const char *path, const char *told)
{
    pid_t p = fork();
    if (p == 0) {
        if (!freopen(told, "w", stdout))
            _exit(1);
        _exit(child(path, 1000000));
    }
    return p;
}

static int kill_often(int runs, unsigned seed)
{
    char folder[] = "/tmp/assay-crash-XX" "XX" "XX", path[64], told[64], command[96];
    int failed = 0;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/plant.assay", folder);
    snprintf(told, sizeof told, "%s/told", folder);
    if (base(path))
        die("base");
    for (int i = 0; i < runs; i++) {
        pid_t p = start(path, told);
        usleep((useconds_t)(1000 * (rand_r(&seed) % 400)));
        kill(p, SIGKILL);
        waitpid(p, NULL, 0);
        FILE *f = fopen(told, "r");
        failed += f ? judge(path, f) : 1;
        if (f)
            fclose(f);
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    int code = system(command);
    printf("1..1\n%s 1 - %d kills of a ledger: nothing acknowledged is lost, nothing contradicted\n",
           failed || code ? "not ok" : "ok", runs);
    return failed != 0;
}

int main(int count, char **arg)
{
    if (count > 2 && strcmp(arg[1], "base") == 0)
        return base(arg[2]);
    if (count > 3 && strcmp(arg[1], "child") == 0)
        return child(arg[2], atoi(arg[3]));
    if (count > 2 && strcmp(arg[1], "judge") == 0)
        return judge(arg[2], stdin);
    if (count > 2 && strcmp(arg[1], "kill") == 0)
        return kill_often(atoi(arg[2]), count > 3 ? (unsigned)atoi(arg[3]) : 1);
    return 2;
}
