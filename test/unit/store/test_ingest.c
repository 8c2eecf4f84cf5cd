/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feeder.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

/* -- seeing --------------------------------------------------------------------------- */

static void a_group_is_seen_by_every_reader_at_its_commit(void **state)
{
    (void)state;
    shop *h = shop_new();
    store *reader;
    feeder f;
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    assert_string_equal(values_of(h, reader, STORE_NOW), "1");
    put(&f, &(row){.time = 20, .mantissa = 2}, 1);
    give(&f, "gauge");
    assert_string_equal(values_of(h, reader, STORE_NOW), "1");
    assert_int_equal(commit(&f), 2);
    assert_int_equal(store_commit_number(reader), 2);
    assert_string_equal(values_of(h, reader, STORE_NOW), "1 2");
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2");
    assert_string_equal(values_of(h, reader, 1), "1");
    store_close(reader);
    feeder_close(&f);
    assert_clean(h);
    shop_free(h);
}

static void what_was_seen_as_of_a_commit_stays_wherever_rows_lie(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    char expected[12][100];
    feeder_open(&f, h);
    for (int i = 0; i < 12; i++) {
        send(&f, i % 3 == 2 ? 5 + i : 100 * i, i, NULL);
        snprintf(expected[i], 100, "%s", values_of(h, h->s, STORE_NOW));
        if (i == 6)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    for (int i = 0; i < 12; i++)
        assert_string_equal(values_of(h, h->s, (uint64_t)i + 1), expected[i]);
    feeder_close(&f);
    shop_reopen(h);
    for (int i = 0; i < 12; i++)
        assert_string_equal(values_of(h, h->s, (uint64_t)i + 1), expected[i]);
    assert_clean(h);
    shop_free(h);
}

static void contexts_come_back_as_they_were_sent(void **state)
{
    (void)state;
    shop *h = shop_new();
    store *reader;
    feeder f;
    cursor *c;
    measurement_batch b;
    store_range range = STORE_ALL;
    range.contexts = 1u << CONTEXT_SERIAL | 1u << CONTEXT_MACHINE;
    feeder_open(&f, h);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    for (int i = 0; i < 3; i++) {
        put(&f, &(row){.time = 10 + i, .mantissa = i, .serial = i == 1 ? "S9" : "S1"}, 1);
        f.t.b->context[CONTEXT_MACHINE][0] =
            i ? dictionary_code(f.t.texts[CONTEXT_MACHINE], i == 1 ? "M1" : "M2", 2) : 0;
        give(&f, "gauge");
        commit(&f);
    }
    for (int round = 0; round < 2; round++) {
        assert_ok(cursor_open(reader, 1, &range, &c, &h->err), h->err);
        assert_ok(cursor_next(c, &b, &h->err), h->err);
        assert_int_equal(b.n, 3);
        const char *serial[] = {"S1", "S9", "S1"}, *machine[] = {"", "M1", "M2"};
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(
                cursor_text(c, CONTEXT_SERIAL, b.context[CONTEXT_SERIAL][i]), serial[i]);
            assert_string_equal(
                cursor_text(c, CONTEXT_MACHINE, b.context[CONTEXT_MACHINE][i]), machine[i]);
        }
        cursor_close(c);
        assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    store_close(reader);
    feeder_close(&f);
    shop_free(h);
}

/* Values of a series are 0 1 2 ... in order of time: what a reader sees is always whole groups. */
typedef struct {
    const char *path;
    _Atomic bool is_over;
    uint64_t reads, most;
    bool is_wrong;
} watcher;

static void *watch(void *context)
{
    watcher *w = context;
    store *s;
    assay_err err = {0};
    store_range all = STORE_ALL, last = STORE_ALL;
    last.last = 5;
    if (store_open(w->path, STORE_READ, &s, &err)) {
        w->is_wrong = true;
        return NULL;
    }
    for (; !w->is_over && !w->is_wrong; w->reads++) {
        store_summary sum;
        cursor *c;
        measurement_batch b;
        if (store_summarise(s, 1, &all, &sum, &err) || cursor_open(s, 1, &last, &c, &err)) {
            w->is_wrong = true;
            break;
        }
        __int128 total = sum.sum + (__int128)sum.n * sum.reference;
        w->is_wrong = sum.n % 10 || sum.n < w->most ||
                      total != (__int128)sum.n * ((__int128)sum.n - 1) / 2;
        w->most = sum.n;
        w->is_wrong |= cursor_next(c, &b, &err) || b.n != 5 || b.mantissa[4] % 10 != 9 ||
                       b.mantissa[4] < (int64_t)sum.n - 1;
        cursor_close(c);
    }
    store_close(s);
    return NULL;
}

static void readers_in_other_threads_always_see_whole_groups(void **state)
{
    (void)state;
    shop *h = shop_new_quick();
    feeder f;
    watcher w[2] = {{.path = h->path}, {.path = h->path}};
    pthread_t thread[2];
    feeder_open(&f, h);
    f.g->bounds = (ingest_bounds){1000, 100, 1 << 20, 6, 100000};
    for (int64_t group = 0; group < 3000; group++) {
        for (int64_t i = 0; i < 10; i++)
            put(&f, &(row){.time = 1 + 10 * group + i, .mantissa = 10 * group + i}, 1);
        give(&f, "gauge");
        commit(&f);
        if (group == 10)
            for (int i = 0; i < 2; i++)
                assert_int_equal(pthread_create(&thread[i], NULL, watch, &w[i]), 0);
        if (group % 7 == 0)
            ingest_idle(f.g);
        if (group % 700 == 0)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    for (int i = 0; i < 2; i++) {
        w[i].is_over = true;
        pthread_join(thread[i], NULL);
        assert_false(w[i].is_wrong);
        assert_true(w[i].reads > 10 && w[i].most > 100);
    }
    feeder_close(&f);
    assert_clean(h);
    shop_free(h);
}

/* -- fates ---------------------------------------------------------------------------- */

static void every_row_is_told_what_became_of_it(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    feeder_open(&f, h);
    for (int round = 0; round < 3; round++) {
        if (round == 0) {
            assert_int_equal(send(&f, 10, 1, "A"), FATE_STORED);
            assert_int_equal(send(&f, 20, 2, "A"), FATE_STORED);
            assert_int_equal(send(&f, 20, 3, "C"), FATE_STORED);
            assert_int_equal(send(&f, 20, 4, "B"), FATE_LATE); /* C follows it */
            assert_int_equal(send(&f, 15, 5, "A"), FATE_LATE);
        }
        assert_int_equal(send(&f, 10, 1, "A"), FATE_DUPLICATE);
        assert_int_equal(send(&f, 20, 3, "C"), FATE_DUPLICATE);
        assert_int_equal(send(&f, 15, 6, "A"), round ? FATE_DUPLICATE : FATE_CONFLICT);
        assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2 4 3");
        if (round == 0)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
        if (round == 1) {
            feeder_close(&f);
            shop_reopen(h);
            feeder_open(&f, h);
        }
    }
    feeder_close(&f);
    assert_clean(h);
    shop_free(h);
}

static void equal_keys_of_one_message_are_different_measurements(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    feeder_open(&f, h);
    const row a = {.time = 10, .mantissa = 1}, b = {.time = 10, .mantissa = 2};
    for (int round = 0; round < 2; round++) {
        put(&f, &a, 1);
        put(&f, &b, 1);
        put(&f, &b, 1);
        put(&f, &a, 2); /* another message: the same measurement as the first */
        give(&f, "gauge");
        commit(&f);
        assert_int_equal(f.fate[0], round ? FATE_DUPLICATE : FATE_STORED);
        assert_int_equal(f.fate[1], round ? FATE_DUPLICATE : FATE_STORED);
        assert_int_equal(f.fate[2], round ? FATE_DUPLICATE : FATE_STORED);
        assert_int_equal(f.fate[3], FATE_DUPLICATE);
    }
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2 2");
    feeder_close(&f);
    shop_free(h);
}

static void a_conflict_waits_for_a_person(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    store_tx *tx;
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    send(&f, 20, 2, NULL);
    assert_int_equal(send(&f, 10, 7, NULL), FATE_CONFLICT);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "2");
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_ok(store_conflict_decide(tx, 1, true, "Kim", "the second reading", &h->err), h->err);
    assert_ok(store_tx_commit(tx, NULL, &h->err), h->err);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "7 2");
    assert_int_equal(send(&f, 10, 7, NULL), FATE_DUPLICATE);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "7 2");
    feeder_close(&f);
    assert_clean(h);
    shop_free(h);
}

static void an_import_of_the_same_source_meets_live_rows(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    const row sent[] = {{.time = 10, .mantissa = 1}, {.time = 20, .mantissa = 9},
                        {.time = 30, .mantissa = 3}};
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    send(&f, 20, 2, NULL);
    feeder_close(&f);
    import_tally t = shop_import(h, "gauge", "c1", sent, 3);
    assert_int_equal(t.duplicates, 1);
    assert_int_equal(t.conflicts, 1);
    assert_int_equal(t.stored, 1);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 3");
    feeder_open(&f, h);
    assert_int_equal(send(&f, 30, 3, NULL), FATE_DUPLICATE);
    feeder_close(&f);
    shop_free(h);
}

/* -- any order ------------------------------------------------------------------------ */

enum { MESSAGES = 40, ORDERS = 1000 };

typedef struct {
    row rows[3];
    size_t n;
    const char *source;
} message;

/* Duplicates, conflicts, equal times, two sources, equal keys within a message. */
static void make_messages(message m[MESSAGES])
{
    static const char *const serials[] = {"A", "B", "AA", NULL};
    for (int i = 0; i < MESSAGES; i++) {
        int of = i < 30 ? i : i % 7; /* the last ones come a second time */
        m[i] = (message){.source = of % 5 == 4 ? "b-line" : "a-line", .n = 1 + (size_t)(of % 3)};
        for (size_t k = 0; k < m[i].n; k++)
            m[i].rows[k] = (row){.time = 10 * (of / 2) + (of % 4 == 3 ? 0 : (int64_t)k),
                                .mantissa = of * 10 + (int64_t)k,
                                .serial = serials[of % 4]};
        if (i >= 37)
            m[i].rows[0].mantissa += 5; /* with another value */
    }
}

static void shuffle(int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int k = rand() % (i + 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
}

/* Messages in any order, any number of them in a call, any number of calls in a group. */
static void feed_order(feeder *f, const message *m, const int *order, const char *path,
                       uint64_t fates[4])
{
    int calls = 1 + rand() % 4, per_call = 1 + rand() % 6;
    for (int i = 0; i < MESSAGES;) {
        const char *source = m[order[i]].source;
        int n = 0;
        for (; i < MESSAGES && n < per_call && m[order[i]].source == source; i++, n++)
            for (size_t k = 0; k < m[order[i]].n; k++) {
                row r = m[order[i]].rows[k];
                r.path = path;
                put(f, &r, (uint32_t)i + 1);
            }
        size_t given = f->t.b->n;
        give(f, source);
        for (size_t k = 0; k < given; k++)
            fates[f->fate[k]]++;
        if (rand() % calls == 0)
            commit(f);
    }
    commit(f);
}

static void every_order_and_grouping_gives_one_digest(void **state)
{
    (void)state;
    shop *h = shop_new_quick();
    message m[MESSAGES];
    int order[MESSAGES];
    feeder f;
    series_digest first = {.n = 0};
    uint64_t before = 0;
    srand(7);
    make_messages(m);
    feeder_open(&f, h);
    f.g->bounds = (ingest_bounds){1500, 60, 1 << 20, 4, 100000};
    for (int i = 0; i < MESSAGES; i++)
        order[i] = i;
    for (uint32_t round = 0; round < ORDERS; round++) {
        char path[20];
        uint64_t fates[4] = {0};
        snprintf(path, sizeof path, "o%u", round);
        f.t.count = 0;
        feed_order(&f, m, order, path, fates);
        uint64_t stored = fates[FATE_STORED] + fates[FATE_LATE];
        series_digest d = shop_digest(h, round + 1);
        assert_int_equal(d.n, stored);
        if (round == 0) {
            first = d;
            before = stored;
        }
        assert_int_equal(stored, before);
        assert_memory_equal(&d, &first, sizeof d);
        if (round % 97 == 50)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
        settle(&f);
        shuffle(order, MESSAGES);
    }
    feeder_close(&f);
    for (uint32_t round = 0; round < ORDERS; round += 13) {
        series_digest d = shop_digest(h, round + 1);
        assert_memory_equal(&d, &first, sizeof d);
    }
    assert_clean(h);
    shop_free(h);

    h = shop_new_quick(); /* the same by import, each message a file */
    for (int i = 0; i < MESSAGES; i++) {
        char content[20];
        snprintf(content, sizeof content, "c%d", i);
        shop_import(h, m[order[i]].source, content, m[order[i]].rows, m[order[i]].n);
    }
    series_digest d = shop_digest(h, 1);
    assert_memory_equal(&d, &first, sizeof d);
    shop_free(h);
}

static void a_compaction_cut_short_goes_on_where_it_was(void **state)
{
    (void)state;
    shop *h = shop_new_quick();
    feeder f;
    series_digest before[20];
    store_check_t found;
    char path[20];
    feeder_open(&f, h);
    f.g->bounds = (ingest_bounds){400, 100, 1 << 20, 4, 1}; /* one series a slice */
    for (int i = 0; i < 8000; i++) {
        snprintf(path, sizeof path, "s%d", i % 20);
        f.t.count = 0;
        put(&f, &(row){.path = path, .time = 10 * i - (i % 9 ? 0 : 30005), .mantissa = i}, 1);
        if (f.t.b->n == 100) {
            give(&f, "gauge");
            commit(&f);
        }
    }
    for (uint32_t k = 0; k < 20; k++)
        before[k] = shop_digest(h, k + 1);
    for (int round = 0; round < 12; round++) { /* some slices, then another process */
        for (int i = 0; i < round % 5 + 1; i++)
            ingest_idle(f.g);
        for (uint32_t k = 0; k < 20; k++) {
            series_digest d = shop_digest(h, k + 1);
            assert_memory_equal(&d, &before[k], sizeof d);
        }
        assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
        assert_int_equal(found.damaged, 0);
        assert_int_equal(found.measurements, 8000);
        feeder_close(&f);
        shop_reopen(h);
        feeder_open(&f, h);
        f.g->bounds = (ingest_bounds){400, 100, 1 << 20, 4, 1};
    }
    feeder_close(&f);
    shop_free(h);
}

/* -- accounts ------------------------------------------------------------------------- */

static bool add_account(const char *source, const source_account *a, void *context)
{
    char *text = context;
    sprintf(text + strlen(text), "%s %d=%d+%d+%d+%d late %d at %d\n", source, (int)a->received,
            (int)a->stored, (int)a->duplicates, (int)a->conflicts, (int)a->refused, (int)a->late,
            (int)a->last_time);
    return true;
}

static bool add_refusal(const source_refusal *r, void *context)
{
    char *text = context;
    sprintf(text + strlen(text), "%s %d %s [%s]\n", r->reason, (int)r->count, r->remedy,
            r->example);
    return r->first_time <= r->last_time;
}

static bool add_memory(const char *key, const void *bytes, size_t length, void *context)
{
    char *text = context;
    sprintf(text + strlen(text), "%s=%.*s ", key, (int)length, (const char *)bytes);
    return true;
}

static const char *told(shop *h, store *s)
{
    static char text[2000];
    buf b = BUF_INIT;
    text[0] = '\0';
    assert_ok(store_sources(s, add_account, text, &h->err), h->err);
    assert_ok(store_refusals(s, "gauge", add_refusal, text, &h->err), h->err);
    assert_ok(store_recall_all(s, "gauge", "q", add_memory, text, &h->err), h->err);
    assert_ok(store_recall(s, "gauge", "q1", &b, &h->err), h->err);
    sprintf(text + strlen(text), "(%s)", buf_text(&b));
    assert_ok(store_recall(s, "gauge", "never", &b, &h->err), h->err);
    assert_int_equal(b.length, 0);
    buf_done(&b);
    return text;
}

static void accounts_refusals_and_memories_add_up_wherever_they_stand(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    store *reader;
    feeder_open(&f, h);
    assert_ok(store_open(h->path, STORE_READ, &reader, &h->err), h->err);
    for (int i = 0; i < 4; i++) {
        source_account a = {.received = 3, .stored = 2, .refused = 1, .late = 1, .last_time = i};
        char value[10];
        snprintf(value, sizeof value, "v%d", i);
        assert_ok(ingest_account(f.g, i == 3 ? "other" : "gauge", &a, &h->err), h->err);
        assert_ok(ingest_refused(f.g, "gauge", i % 2 ? "odd" : "even", "send numbers", 1,
                                 "a\nb\xff", 4, &h->err), h->err);
        assert_ok(ingest_remember(f.g, "gauge", "q1", value, 2, &h->err), h->err);
        assert_ok(ingest_remember(f.g, "gauge", i % 2 ? "q2" : "p", i == 3 ? "" : value,
                                  i == 3 ? 0 : 2, &h->err), h->err);
        commit(&f);
        if (i == 1)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    const char *expected = "gauge 9=6+0+0+3 late 3 at 2\nother 3=2+0+0+1 late 1 at 3\n"
                           "even 2 send numbers [a.b.]\nodd 2 send numbers [a.b.]\nq1=v3 (v3)";
    assert_string_equal(told(h, h->s), expected);
    assert_string_equal(told(h, reader), expected);
    store_close(reader);
    feeder_close(&f);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    assert_string_equal(told(h, h->s), expected);
    shop_reopen(h);
    assert_string_equal(told(h, h->s), expected);
    assert_clean(h);
    shop_free(h);
}

/* -- what goes wrong ------------------------------------------------------------------ */

static void a_path_of_an_unfinished_import_is_taken_over(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    tray t;
    import *i;
    import_options o = {"file", "c", "test", "tester", 1};
    tray_init(&t, 0);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    tray_put(&t, &(row){.time = 5, .mantissa = 9});
    tray_send(&t, i);
    import_close(i, true); /* as a crash leaves it */
    assert_int_equal(store_characteristic_count(h->s), 0);
    feeder_open(&f, h);
    assert_int_equal(send(&f, 10, 1, NULL), FATE_STORED);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1");
    feeder_close(&f);
    assert_ok(store_import_discard(h->s, &h->err), h->err);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1");
    assert_clean(h);
    tray_done(&t);
    shop_free(h);
}

static void an_aborted_group_leaves_nothing(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    buf b = BUF_INIT;
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    put(&f, &(row){.time = 20, .mantissa = 2, .serial = "X"}, 1);
    put(&f, &(row){.time = 10, .mantissa = 5}, 1); /* a conflict */
    put(&f, &(row){.path = "width", .time = 20, .mantissa = 2}, 1);
    give(&f, "gauge");
    assert_ok(ingest_remember(f.g, "gauge", "k", "v", 1, &h->err), h->err);
    ingest_abort(f.g);
    assert_int_equal(store_characteristic_count(h->s), 1);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1");
    assert_ok(store_recall(h->s, "gauge", "k", &b, &h->err), h->err);
    assert_int_equal(b.length, 0);
    assert_int_equal(send(&f, 20, 3, NULL), FATE_STORED);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 3");
    assert_int_equal(store_commit_number(h->s), 2);
    feeder_close(&f);
    assert_clean(h);
    buf_done(&b);
    shop_free(h);
}

/* The files as they are now, as a kill would leave them, opened by another. */
static const char *values_of_a_copy(shop *h)
{
    shop copy = {0};
    copy_files(h, copy.path, sizeof copy.path);
    shop_open(&copy);
    const char *values = values_of(&copy, copy.s, STORE_NOW);
    assert_clean(&copy);
    store_close(copy.s);
    return values;
}

static void a_log_made_long_beforehand_holds_what_was_committed_and_no_more(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    struct stat log;
    char path[160];
    snprintf(path, sizeof path, "%s-wal", h->path);
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    feeder_close(&f);
    shop_reopen(h);
    for (int i = 2; i < 6; i++) {
        feeder_open(&f, h);
        assert_ok(ingest_prepare(f.g, &h->err), h->err); /* at first of an empty log, then of one with frames */
        assert_int_equal(stat(path, &log), 0);
        assert_true(log.st_size > 16 << 20);
        off_t before = log.st_size;
        assert_string_equal(values_of_a_copy(h), i == 2   ? "1"
                                                 : i == 3 ? "1 2"
                                                 : i == 4 ? "1 2 3"
                                                          : "1 2 3 4");
        send(&f, 10 * i, i, NULL);
        assert_int_equal(stat(path, &log), 0);
        assert_int_equal(log.st_size, before);
        feeder_close(&f);
    }
    shop_reopen(h);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2 3 4 5");
    assert_clean(h);
    shop_free(h);
}

static void groups_in_the_journal_are_seen_at_once_and_survive_a_kill(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    store *r;
    feeder_open(&f, h);
    assert_ok(ingest_prepare(f.g, &h->err), h->err);
    send(&f, 10, 1, NULL);
    assert_ok(store_open(h->path, STORE_READ, &r, &h->err), h->err);
    wait_for_ever(&f);
    send(&f, 20, 2, NULL);
    send(&f, 30, 3, NULL);
    assert_true(f.g->later.length > 0);
    uint64_t third = store_commit_number(h->s);
    assert_int_equal(store_commit_number(r), third);
    assert_string_equal(values_of(h, r, STORE_NOW), "1 2 3");
    assert_string_equal(values_of(h, r, third - 1), "1 2");
    assert_string_equal(values_of_a_copy(h), "1 2 3");
    send(&f, 40, 4, NULL);
    assert_string_equal(values_of(h, r, STORE_NOW), "1 2 3 4");
    assert_true(ingest_idle(f.g)); /* a transaction takes them over */
    assert_int_equal(f.g->later.length, 0);
    assert_string_equal(values_of(h, r, STORE_NOW), "1 2 3 4");
    assert_string_equal(values_of_a_copy(h), "1 2 3 4");
    wait_for_ever(&f); /* what the round before left behind is not taken for this one's */
    send(&f, 50, 5, NULL);
    assert_string_equal(values_of(h, r, STORE_NOW), "1 2 3 4 5");
    assert_string_equal(values_of(h, r, third), "1 2 3");
    assert_string_equal(values_of_a_copy(h), "1 2 3 4 5");
    store_close(r);
    feeder_close(&f);
    shop_reopen(h);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2 3 4 5");
    assert_clean(h);
    shop_free(h);
}

static void a_torn_group_of_the_journal_is_none_and_a_backup_has_the_whole_ones(void **state)
{
    (void)state;
    shop *h = shop_new(), copy = {0}, kept = {0};
    feeder f;
    char name[300];
    feeder_open(&f, h);
    assert_ok(ingest_prepare(f.g, &h->err), h->err);
    send(&f, 10, 1, NULL);
    wait_for_ever(&f);
    send(&f, 20, 2, NULL);
    send(&f, 30, 3, NULL);
    snprintf(kept.path, sizeof kept.path, "%s/backup.assay", h->folder);
    assert_ok(store_backup(h->s, kept.path, &h->err), h->err);
    copy_files(h, copy.path, sizeof copy.path);
    snprintf(name, sizeof name, "%s-live", copy.path);
    flip_byte(name, 4096 + 60); /* the second group */
    shop_open(&copy);
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2");
    assert_int_not_equal(access(name, F_OK), 0); /* taken over, and gone */
    store_close(copy.s);
    copy_files(h, copy.path, sizeof copy.path);
    flip_byte(name, 60);
    assert_ok(store_open(copy.path, STORE_READ, &copy.s, &h->err), h->err);
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1");
    store_close(copy.s);
    shop_open(&kept);
    assert_string_equal(values_of(&kept, kept.s, STORE_NOW), "1 2 3");
    assert_clean(&kept);
    store_close(kept.s);
    feeder_close(&f);
    shop_free(h);
}

static void a_full_disk_costs_only_the_groups_that_do_not_fit(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    struct rlimit all, small;
    struct stat log;
    char path[160];
    feeder_open(&f, h);
    for (int i = 0; i < 20; i++)
        send(&f, 10 + i, i, NULL);
    snprintf(path, sizeof path, "%s-wal", h->path);
    assert_int_equal(stat(path, &log), 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    small = all;
    small.rlim_cur = (rlim_t)log.st_size + 300000;
    setrlimit(RLIMIT_FSIZE, &small);
    int stored = 20, failed = 0;
    for (int i = 20; i < 60; i++) {
        put(&f, &(row){.time = 10 + i, .mantissa = i}, 1);
        give(&f, "gauge");
        assay_status status = ingest_commit(f.g, NULL, &h->err);
        stored += status == ASSAY_OK;
        failed += status == ASSAY_FULL;
        assert_true(status == ASSAY_OK || status == ASSAY_FULL);
    }
    assert_true(failed > 10);
    setrlimit(RLIMIT_FSIZE, &all);
    assert_int_equal(shop_digest(h, 1).n, stored);
    for (int i = 60; i < 80; i++)
        assert_int_equal(send(&f, 10 + i, i, NULL), FATE_STORED);
    assert_int_equal(shop_digest(h, 1).n, stored + 20);
    feeder_close(&f);
    shop_reopen(h);
    assert_int_equal(shop_digest(h, 1).n, stored + 20);
    assert_clean(h);
    shop_free(h);
}

static void a_row_without_time_or_characteristic_is_refused(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    put(&f, &(row){.time = TIME_NONE, .mantissa = 2}, 1);
    assert_int_equal(ingest_rows(f.g, "gauge", f.t.b, NULL, NULL, f.fate, &h->err),
                     ASSAY_MISSING);
    f.t.b->time[0] = 20;
    f.t.b->characteristic[0] = 2;
    assert_int_equal(ingest_rows(f.g, "gauge", f.t.b, NULL, NULL, f.fate, &h->err),
                     ASSAY_NOT_FOUND);
    f.t.b->characteristic[0] = 1;
    assert_ok(ingest_rows(f.g, "gauge", f.t.b, NULL, NULL, f.fate, &h->err), h->err);
    commit(&f);
    assert_string_equal(values_of(h, h->s, STORE_NOW), "1 2");
    feeder_close(&f);
    shop_free(h);
}

static void the_check_finds_a_group_and_an_account_that_are_wrong(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    sqlite3 *db;
    store_check_t found;
    source_account a = {.received = 3, .stored = 1, .refused = 1};
    feeder_open(&f, h);
    send(&f, 10, 1, NULL);
    send(&f, 20, 2, NULL);
    assert_ok(ingest_account(f.g, "gauge", &a, &h->err), h->err);
    commit(&f);
    feeder_close(&f);
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 1);
    assert_int_equal(found.measurements, 2);
    store_close(h->s);
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    sqlite3_exec(db, "UPDATE live SET data = substr(data, 1, 20) WHERE number = 2", NULL, NULL,
                 NULL);
    sqlite3_close(db);
    shop_open(h);
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 1);
    assert_int_equal(found.measurements, 1);
    ingest *g;
    assert_int_equal(ingest_open(h->s, &g, &h->err), ASSAY_DAMAGED);
    shop_free(h);
}

static void only_one_writes_at_a_time(void **state)
{
    (void)state;
    shop *h = shop_new();
    feeder f;
    store_tx *tx;
    ingest *second;
    import *i;
    import_options o = {"gauge", "c", "test", "tester", 0};
    feeder_open(&f, h);
    assert_int_equal(ingest_open(h->s, &second, &h->err), ASSAY_BUSY);
    assert_int_equal(import_begin(h->s, &o, &i, NULL, &h->err), ASSAY_BUSY);
    put(&f, &(row){.time = 10, .mantissa = 2}, 1);
    assert_int_equal(store_tx_begin(h->s, &tx, &h->err), ASSAY_BUSY);
    assert_int_equal(store_compact(h->s, NULL, NULL, &h->err), ASSAY_BUSY);
    give(&f, "gauge");
    commit(&f);
    assert_ok(store_tx_begin(h->s, &tx, &h->err), h->err);
    assert_int_equal(ingest_rows(f.g, "gauge", f.t.b, NULL, NULL, f.fate, &h->err), ASSAY_BUSY);
    store_tx_abort(tx);
    feeder_close(&f);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_seen_by_every_reader_at_its_commit),
        cmocka_unit_test(what_was_seen_as_of_a_commit_stays_wherever_rows_lie),
        cmocka_unit_test(contexts_come_back_as_they_were_sent),
        cmocka_unit_test(readers_in_other_threads_always_see_whole_groups),
        cmocka_unit_test(every_row_is_told_what_became_of_it),
        cmocka_unit_test(equal_keys_of_one_message_are_different_measurements),
        cmocka_unit_test(a_conflict_waits_for_a_person),
        cmocka_unit_test(an_import_of_the_same_source_meets_live_rows),
        cmocka_unit_test(every_order_and_grouping_gives_one_digest),
        cmocka_unit_test(a_compaction_cut_short_goes_on_where_it_was),
        cmocka_unit_test(accounts_refusals_and_memories_add_up_wherever_they_stand),
        cmocka_unit_test(a_path_of_an_unfinished_import_is_taken_over),
        cmocka_unit_test(an_aborted_group_leaves_nothing),
        cmocka_unit_test(groups_in_the_journal_are_seen_at_once_and_survive_a_kill),
        cmocka_unit_test(a_torn_group_of_the_journal_is_none_and_a_backup_has_the_whole_ones),
        cmocka_unit_test(a_log_made_long_beforehand_holds_what_was_committed_and_no_more),
        cmocka_unit_test(a_full_disk_costs_only_the_groups_that_do_not_fit),
        cmocka_unit_test(a_row_without_time_or_characteristic_is_refused),
        cmocka_unit_test(the_check_finds_a_group_and_an_account_that_are_wrong),
        cmocka_unit_test(only_one_writes_at_a_time),
    };
    return cmocka_run_group_tests_name("live ingest", tests, NULL, NULL);
}
