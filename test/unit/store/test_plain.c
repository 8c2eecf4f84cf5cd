/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short way of an import ends where the long way ends. */
#include "shop.h"

enum { ROWS = 40000 };
static const char *const paths[] = {"a", "b", "c"};

/* Rows in order of time; `odd`: the row that is not plain (out of order), or none. */
static row row_at(size_t k, size_t odd)
{
    row r = {.path = paths[k % 7 < 3 ? 0 : k % 7 < 6 ? 1 : 2],
             .time = 1000000 + (int64_t)k * 1000000,
             .mantissa = 5000 + (int64_t)(k * 2654435761u % 997)};
    if (k == odd)
        r.time -= 5000000000;
    return r;
}

typedef struct {
    size_t from, end, odd;
    uint32_t contexts, step;
    const char *content;
} course;

static import_tally run(shop *h, const course *c)
{
    tray t;
    import *i;
    import_tally tally = {0};
    import_options o = {"gauge", c->content, "test", "tester", c->step};
    tray_init(&t, c->contexts);
    assert_ok(import_begin(h->s, &o, &i, &tally, &h->err), h->err);
    t.record = c->from + tally.record;
    for (size_t k = c->from + tally.record; k < c->end; k++) {
        row r = row_at(k, c->odd);
        tray_put(&t, &r);
        if (t.b->n == 900)
            tray_send(&t, i);
    }
    tray_send(&t, i);
    assert_ok(import_commit(i, &tally, &h->err), h->err);
    import_close(i, false);
    tray_done(&t);
    return tally;
}

static void told(const char *what, void *context)
{
    (void)context;
    print_message("%s\n", what);
}

static void assert_clean(shop *h)
{
    store_check_t found;
    assert_ok(store_check(h->s, told, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 0);
}

static void assert_same_series(shop *a, shop *b)
{
    store_range all = STORE_ALL;
    for (uint32_t c = 1; c <= 3; c++) {
        series_digest x, y;
        store_summary s, z;
        assert_ok(store_digest(a->s, c, &all, &x, &a->err), a->err);
        assert_ok(store_digest(b->s, c, &all, &y, &b->err), b->err);
        assert_int_equal(x.n, y.n);
        assert_memory_equal(x.series, y.series, sizeof x.series);
        assert_ok(store_summarise(a->s, c, &all, &s, &a->err), a->err);
        assert_ok(store_summarise(b->s, c, &all, &z, &b->err), b->err);
        assert_true(s.n == z.n && s.min == z.min && s.max == z.max);
        assert_true(s.sum - z.sum == (__int128)s.n * (z.reference - s.reference));
    }
    assert_clean(a);
}

static void both_ways_end_in_the_same_series(void **state)
{
    (void)state;
    static const size_t odds[] = {SIZE_MAX, 0, 17, 20003, 39999};
    for (size_t k = 0; k < 5; k++)
        for (uint32_t step = 0; step <= 7000; step += 7000) {
            shop *fast = shop_new(), *slow = shop_new();
            run(fast, &(course){0, ROWS, odds[k], 0, step, "c1"});
            run(slow, &(course){0, ROWS, odds[k], 1u << CONTEXT_SERIAL, step, "c1"});
            assert_same_series(fast, slow);
            assert_ok(store_compact(fast->s, NULL, NULL, &fast->err), fast->err);
            assert_same_series(fast, slow);
            shop_free(fast);
            shop_free(slow);
        }
}

static void a_second_file_that_reaches_over_the_first_brings_only_what_is_new(void **state)
{
    (void)state;
    shop *two = shop_new(), *one = shop_new();
    run(two, &(course){0, 30000, SIZE_MAX, 0, 0, "c1"});
    import_tally t = run(two, &(course){25000, ROWS, SIZE_MAX, 0, 4000, "c2"});
    assert_int_equal(t.duplicates, 5000);
    assert_int_equal(t.stored, ROWS - 30000);
    run(one, &(course){0, ROWS, SIZE_MAX, 0, 0, "c1"});
    store_range all = STORE_ALL, before = STORE_ALL;
    before.as_of = 1;
    series_digest x, y;
    for (uint32_t c = 1; c <= 3; c++) {
        assert_ok(store_digest(two->s, c, &all, &x, &two->err), two->err);
        assert_ok(store_digest(one->s, c, &all, &y, &one->err), one->err);
        assert_memory_equal(x.series, y.series, sizeof x.series);
    }
    assert_ok(store_digest(two->s, 1, &before, &x, &two->err), two->err);
    assert_int_equal(x.n, 12858);
    assert_clean(two);
    shop_free(two);
    shop_free(one);
}

static void a_later_file_goes_on_behind(void **state)
{
    (void)state;
    shop *two = shop_new(), *one = shop_new();
    run(two, &(course){0, 20000, SIZE_MAX, 0, 0, "c1"});
    run(two, &(course){20000, ROWS, SIZE_MAX, 0, 3000, "c2"});
    run(one, &(course){0, ROWS, SIZE_MAX, 0, 0, "c1"});
    assert_ok(store_compact(two->s, NULL, NULL, &two->err), two->err);
    assert_same_series(two, one);
    shop_free(two);
    shop_free(one);
}

static void half_an_import_is_taken_up_or_dropped(void **state)
{
    (void)state;
    shop *h = shop_new(), *one = shop_new();
    for (int keep = 0; keep < 2; keep++) {
        tray t;
        import *i;
        import_options o = {"gauge", "c1", "test", "tester", 5000};
        tray_init(&t, 0);
        assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
        for (size_t k = 0; k < 33000; k++) {
            row r = row_at(k, SIZE_MAX);
            tray_put(&t, &r);
            if (t.b->n == 900)
                tray_send(&t, i);
        }
        import_close(i, keep);
        tray_done(&t);
        assert_clean(h);
    }
    shop_reopen(h);
    assert_clean(h);
    run(h, &(course){0, ROWS, SIZE_MAX, 0, 5000, "c1"});
    run(one, &(course){0, ROWS, SIZE_MAX, 0, 0, "c1"});
    assert_same_series(h, one);
    shop_free(h);
    shop_free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_end_in_the_same_series),
        cmocka_unit_test(a_second_file_that_reaches_over_the_first_brings_only_what_is_new),
        cmocka_unit_test(a_later_file_goes_on_behind),
        cmocka_unit_test(half_an_import_is_taken_up_or_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
