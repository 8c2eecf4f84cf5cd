/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shop.h"

enum { IMPORTS = 7, ROWS = 9000 };

/* Files that overlap in time, with ties, serial numbers, untimed rows, marked and absent values. */
static void fill(shop *h, unsigned seed)
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
        snprintf(content, sizeof content, "c%d", k);
        shop_import(h, k % 2 ? "x" : "y", content, rows, (size_t)n);
    }
    free(rows);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compaction_changes_no_answer_at_any_commit),
        cmocka_unit_test(the_last_rows_are_the_tail_of_all),
        cmocka_unit_test(late_rows_find_their_place_between_sealed_chunks),
    };
    return cmocka_run_group_tests_name("compact", tests, NULL, NULL);
}
