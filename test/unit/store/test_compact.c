/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

#include <sqlite3.h>

enum { IMPORTS = 7, ROWS = 9000 };

/* Files that overlap in time, with ties, serial numbers, untimed rows, marked and absent values. */
static void fill_more(shop *h, unsigned seed, int file)
{
    row *rows = calloc(ROWS, sizeof *rows);
    static char serial[100][8];
    srand(seed);
    for (int i = 0; i < 100; i++)
        snprintf(serial[i], sizeof serial[i], "%d", i * 37);
    for (int k = 0; k < IMPORTS; k++) {
        int n = k == 3 ? 5 : 1 + rand() % ROWS;
        for (int i = 0; i < n; i++) {
            int r = rand();
            rows[i] = (row){.path = r % 3 ? "a" : "b",
                            .time = r % 11 == 0 ? TIME_NONE : (k / 2) * 1000 + i / 3,
                            .mantissa = r % 1000,
                            .serial = r % 5 ? NULL : serial[r % 100],
                            .status = r % 97 == 0 ? STATUS_MARKED
                                      : r % 89 == 0 ? STATUS_NO_VALUE
                                                    : STATUS_VALID};
        }
        char content[16];
        snprintf(content, sizeof content, "c%d-%d", file, k);
        shop_import(h, k % 2 ? "x" : "y", content, rows, (size_t)n);
    }
    free(rows);
}

static void fill(shop *h, unsigned seed)
{
    fill_more(h, seed, 0);
}

static void compaction_changes_no_answer_at_any_commit(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        shop *h = shop_new();
        fill(h, seed);
        series_digest before[IMPORTS + 1][2], after;
        store_summary sums[IMPORTS + 1][2], sum;
        store_range all = STORE_ALL;
        for (int round = 0; round < 3; round++) {
            for (uint64_t commit = 1; commit <= IMPORTS; commit++)
                for (uint32_t c = 0; c < 2; c++) {
                    all.as_of = commit;
                    assert_ok(store_digest(h->s, c + 1, &all, &after, &h->err), h->err);
                    assert_ok(store_summarise(h->s, c + 1, &all, &sum, &h->err), h->err);
                    if (round == 0) {
                        before[commit][c] = after;
                        sums[commit][c] = sum;
                    }
                    assert_memory_equal(&after, &before[commit][c], sizeof after);
                    assert_int_equal(sum.n, sums[commit][c].n);
                    assert_int_equal(sum.min, sums[commit][c].min);
                    assert_int_equal(sum.marked, sums[commit][c].marked);
                    assert_int_equal((int64_t)sum.sum + sum.reference * (int64_t)sum.n,
                                     (int64_t)sums[commit][c].sum +
                                         sums[commit][c].reference * (int64_t)sum.n);
                }
            if (round == 0)
                assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
            else
                shop_reopen(h);
        }
        shop_free(h);
    }
}

static void the_last_rows_are_the_tail_of_all(void **state)
{
    (void)state;
    shop *h = shop_new();
    fill(h, 9);
    for (int round = 0; round < 2; round++) {
        store_range range = STORE_ALL;
        char *all = strdup(shop_values(h, 1, &range));
        static const uint64_t lasts[] = {1, 5, 100, 2000};
        for (int k = 0; k < 4; k++) {
            range.last = lasts[k];
            const char *tail = shop_values(h, 1, &range);
            size_t n = strlen(tail), m = strlen(all);
            assert_true(n <= m);
            assert_string_equal(tail, all + m - n);
            uint64_t spaces = 0;
            for (const char *p = tail; *p; p++)
                spaces += *p == ' ';
            assert_int_equal(spaces + 1, lasts[k]);
        }
        free(all);
        assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    shop_free(h);
}

static void assert_tail(shop *h, uint64_t last, bool all_status)
{
    store_range range = STORE_ALL;
    range.all_status = all_status;
    char *all = strdup(shop_values(h, 1, &range));
    range.last = last;
    const char *tail = shop_values(h, 1, &range);
    size_t n = strlen(tail), m = strlen(all);
    uint64_t rows = 1, spaces = 0;
    for (const char *p = tail; *p; p++)
        rows += *p == ' ';
    for (const char *p = all; *p; p++)
        spaces += *p == ' ';
    assert_true(n <= m);
    assert_string_equal(tail, all + m - n);
    assert_int_equal(rows, last < spaces + 1 ? last : spaces + 1);
    free(all);
}

/* So many that they come chunk by chunk: sealed ones, then also a batch, a marked row, a late one.
 */
static void the_last_ten_thousand_are_the_tail_too(void **state)
{
    (void)state;
    shop *h = shop_new();
    enum { SEALED = 15000, N = 20000 };
    row *rows = calloc(N, sizeof *rows);
    for (int i = 0; i < N; i++)
        rows[i] = (row){.time = i * 10, .mantissa = i, .status = i == N - 7 ? STATUS_MARKED : 0};
    row late = {.time = 150005, .mantissa = 77};
    for (int round = 0; round < 4; round++) {
        static const uint64_t lasts[] = {3839, 3840, 5000, 7680, 10000, 14999, 15000, 19999, 30000};
        if (round == 0)
            shop_import(h, "g", "c1", rows, SEALED);
        else if (round == 1)
            shop_import(h, "g", "c2", rows + SEALED, N - SEALED);
        else if (round == 2)
            shop_import(h, "g", "c3", &late, 1);
        if (round != 1)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
        for (size_t k = 0; k < sizeof lasts / sizeof *lasts; k++) {
            assert_tail(h, lasts[k], false);
            assert_tail(h, lasts[k], true);
        }
    }
    free(rows);
    shop_free(h);
}

static void late_rows_find_their_place_between_sealed_chunks(void **state)
{
    (void)state;
    shop *h = shop_new();
    enum { N = 20000 };
    row *rows = calloc(N, sizeof *rows);
    for (int i = 0; i < N; i++)
        rows[i] = (row){.time = i * 10, .mantissa = i};
    shop_import(h, "g", "c1", rows, N);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    row late = {.time = 50005, .mantissa = 77};
    shop_import(h, "g", "c2", &late, 1);
    for (int round = 0; round < 2; round++) {
        store_range range = STORE_ALL;
        range.from = 49990;
        range.to = 50020;
        range.all_status = true;
        assert_string_equal(shop_values(h, 1, &range), "4999 5000 77 5001");
        store_summary sum;
        range = STORE_ALL;
        assert_ok(store_summarise(h->s, 1, &range, &sum, &h->err), h->err);
        assert_int_equal(sum.n, N + 1);
        assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    free(rows);
    shop_free(h);
}

static void assert_same_sums(const store_summary *a, const store_summary *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->exponent, b->exponent);
    assert_int_equal(a->reference, b->reference);
    assert_true(a->sum == b->sum && a->sum2 == b->sum2);
    assert_memory_equal(&a->sum3, &b->sum3, sizeof a->sum3);
    assert_memory_equal(&a->sum4, &b->sum4, sizeof a->sum4);
    assert_int_equal(a->min, b->min);
    assert_int_equal(a->max, b->max);
    assert_int_equal(a->first_time, b->first_time);
    assert_int_equal(a->last_time, b->last_time);
    assert_int_equal(a->marked, b->marked);
    assert_int_equal(a->no_value, b->no_value);
    assert_int_equal(a->inspected, b->inspected);
}

static void run_sql(const shop *h, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(h->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void told(const char *what, void *context)
{
    snprintf(context, 200, "%s", what);
}

static uint64_t damaged(shop *h, char text[200])
{
    store_check_t found;
    assert_ok(store_check(h->s, told, text, &found, &h->err), h->err);
    return found.damaged;
}

/* Series `a` and `b`, once by what compaction kept and once from the chunks alone. */
static void the_total_of_a_series_is_what_its_chunks_say(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 3; seed++) {
        shop *h = shop_new_quick();
        store_range all = STORE_ALL;
        store_summary kept[2], counted;
        char text[200] = "";
        fill(h, seed);
        for (int round = 0; round < 2; round++) { /* the second one drops chunks of the first */
            fill_more(h, seed + 10, round + 1);
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
        }
        assert_int_equal(damaged(h, text), 0);
        for (int round = 0; round < 2; round++) {
            for (uint32_t c = 0; c < 2; c++) {
                assert_ok(store_summarise(h->s, c + 1, &all, round ? &counted : &kept[c], &h->err), h->err);
                if (round)
                    assert_same_sums(&kept[c], &counted);
            }
            store_close(h->s);
            run_sql(h, "DELETE FROM total");
            shop_open(h);
        }
        shop_free(h);
    }
}

static void a_total_that_lies_is_named(void **state)
{
    (void)state;
    shop *h = shop_new_quick();
    char text[200] = "";
    fill(h, 3);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    store_close(h->s);
    run_sql(h, "UPDATE total SET summary = (SELECT summary FROM total WHERE characteristic = 1)"
               " WHERE characteristic = 2");
    shop_open(h);
    assert_int_equal(damaged(h, text), 1);
    assert_string_equal(text, "characteristic 2: its total does not agree with its chunks");
    shop_free(h);
}

/* Asked in turn, so that they are told ahead; then one that was changed, and all again. */
static void series_asked_in_turn_are_told_what_each_alone_is(void **state)
{
    (void)state;
    enum { SERIES = 40, N = 6000 };
    shop *h = shop_new_quick();
    static char path[SERIES][8];
    row *rows = calloc(N, sizeof *rows);
    store_range all = STORE_ALL;
    for (int i = 0; i < N; i++) {
        snprintf(path[i % SERIES], sizeof path[0], "s%d", i % SERIES);
        rows[i] = (row){.path = path[i % SERIES], .time = i * 10, .mantissa = i * i % 1000};
    }
    shop_import(h, "g", "c1", rows, N);
    assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    for (int round = 0; round < 3; round++) {
        uint64_t n = 0;
        for (uint32_t c = 1; c <= SERIES; c++) {
            store_summary sum, alone;
            store_range cut = STORE_ALL;
            cut.to = INT64_MAX - 1; /* not the whole series: no total */
            assert_ok(store_summarise(h->s, c, &all, &sum, &h->err), h->err);
            assert_ok(store_summarise(h->s, c, &cut, &alone, &h->err), h->err);
            assert_same_sums(&sum, &alone);
            n += sum.n;
        }
        assert_int_equal(n, (uint64_t)N + (uint64_t)round);
        row one = {.path = round ? "s7" : "s31", .time = 900000 + round, .mantissa = 5};
        char content[8];
        snprintf(content, sizeof content, "d%d", round);
        shop_import(h, "g", content, &one, 1);
        if (round)
            assert_ok(store_compact(h->s, NULL, NULL, &h->err), h->err);
    }
    free(rows);
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compaction_changes_no_answer_at_any_commit),
        cmocka_unit_test(the_last_rows_are_the_tail_of_all),
        cmocka_unit_test(the_last_ten_thousand_are_the_tail_too),
        cmocka_unit_test(late_rows_find_their_place_between_sealed_chunks),
        cmocka_unit_test(the_total_of_a_series_is_what_its_chunks_say),
        cmocka_unit_test(a_total_that_lies_is_named),
        cmocka_unit_test(series_asked_in_turn_are_told_what_each_alone_is),
    };
    return cmocka_run_group_tests_name("compact", tests, NULL, NULL);
}
