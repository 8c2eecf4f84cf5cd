/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/limits_json.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    char path[64];
    store *db;
    uint32_t number;
} bench;

static bench begin(void)
{
    bench b = {.path = "/tmp/assay-limits-XXXXXX"};
    assay_err err = {0};
    int fd = mkstemp(b.path);
    assert_true(fd >= 0);
    close(fd);
    unlink(b.path);
    assert_ok(store_open(b.path, STORE_CREATE, &b.db, &err), err);
    characteristic c = {.path = "line/diameter", .name = "diameter"};
    assert_ok(store_characteristic_define(b.db, &c, "kim", &b.number, &err), err);
    return b;
}

static void end(bench *b)
{
    store_close(b->db);
    unlink(b->path);
}

static chart_limits draft_of(const bench *b, double center)
{
    chart_limits l = {.characteristic = b->number, .name = "xbar-r n 5 nelson", .center = center,
                      .sigma = 0.25, .size = NAN, .n = 5, .used = 19, .subgroups = 20,
                      .method = ASSAY_SIGMA_RBAR, .data = "--exclude 3", .data_commit = 1};
    l.definition = (chart_definition){.n = 5, .rules = "nelson", .size_all = NAN,
                                      .chart = assay_chart_defaults()};
    l.definition.chart.type = ASSAY_CHART_XBAR_R;
    return l;
}

static chart_limits freeze(bench *b, chart_limits l)
{
    assay_err err = {0};
    assert_ok(limits_freeze(b->db, &l, "kim", "first run", &err), err);
    return l;
}

static void a_version_comes_back_as_it_was_signed(void **state)
{
    (void)state;
    assay_err err = {0};
    limits_history h;
    bench b = begin();
    chart_limits one = freeze(&b, draft_of(&b, 1.0 / 3));
    assert_ok(limits_read(b.db, b.number, STORE_NOW, &h, &err), err);
    assert_int_equal(h.count, 1);
    assert_true(h.item[0].center == 1.0 / 3);
    assert_true(h.item[0].sigma == 0.25);
    assert_int_equal(h.item[0].method, ASSAY_SIGMA_RBAR);
    assert_int_equal(h.item[0].version, 1);
    assert_int_equal(h.item[0].commit, one.commit);
    assert_int_equal(h.item[0].definition.n, 5);
    assert_string_equal(h.item[0].by, "kim");
    assert_string_equal(h.item[0].why, "first run");
    assert_string_equal(h.item[0].data, "--exclude 3");
    limits_done(&h);
    end(&b);
}

static void the_next_version_replaces_and_the_past_keeps_the_first(void **state)
{
    (void)state;
    assay_err err = {0};
    limits_history h;
    bench b = begin();
    chart_limits one = freeze(&b, draft_of(&b, 10)), two = freeze(&b, draft_of(&b, 11));
    assert_int_equal(two.version, 2);
    assert_ok(limits_read(b.db, 0, STORE_NOW, &h, &err), err);
    assert_int_equal(h.item[0].state, LIMITS_REPLACED);
    assert_int_equal(h.item[0].until, h.item[1].since);
    assert_int_equal(h.item[1].state, LIMITS_IN_FORCE);
    limits_done(&h);
    assert_ok(limits_read(b.db, 0, one.commit, &h, &err), err);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.item[0].state, LIMITS_IN_FORCE);
    limits_done(&h);
    assert_ok(limits_read(b.db, 0, one.commit - 1, &h, &err), err);
    assert_int_equal(h.count, 0);
    limits_done(&h);
    end(&b);
}

static void a_retirement_is_signed_and_ends_the_version(void **state)
{
    (void)state;
    assay_err err = {0};
    limits_history h;
    uint64_t commit = 0;
    bench b = begin();
    chart_limits one = freeze(&b, draft_of(&b, 10));
    assert_ok(limits_retire(b.db, &one, "lee", "new tool", &commit, &err), err);
    assert_ok(limits_read(b.db, 0, STORE_NOW, &h, &err), err);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.item[0].state, LIMITS_RETIRED);
    assert_string_equal(h.item[0].ended_by, "lee");
    assert_string_equal(h.item[0].ended_why, "new tool");
    limits_done(&h);
    assert_int_equal(freeze(&b, draft_of(&b, 12)).version, 2);
    end(&b);
}

static void an_erased_version_judges_nothing(void **state)
{
    (void)state;
    assay_err err = {0};
    limits_history h;
    store_tx *tx;
    bench b = begin();
    (void)freeze(&b, draft_of(&b, 10));
    assert_ok(store_tx_begin(b.db, &tx, &err), err);
    assert_ok(store_record_erase(tx, 3, "kim", "asked for", &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
    assert_ok(limits_read(b.db, 0, STORE_NOW, &h, &err), err);
    assert_int_equal(h.count, 0);
    limits_done(&h);
    end(&b);
}

static void limits_of_one_machine_do_not_judge_all(void **state)
{
    (void)state;
    assay_err err = {0};
    limits_history h;
    bench b = begin();
    chart_limits of_machine = draft_of(&b, 10);
    of_machine.name = "xbar-r n 5 nelson machine=M1";
    of_machine.definition.filter[CONTEXT_MACHINE] = "M1";
    (void)freeze(&b, of_machine);
    assert_ok(limits_read(b.db, 0, STORE_NOW, &h, &err), err);
    chart_definition asked = {.n = 5};
    limits_wanted wanted = {.characteristic = b.number, .definition = &asked};
    assert_null(limits_find(&h, &wanted, NULL));
    asked.filter[CONTEXT_MACHINE] = "M1";
    assert_non_null(limits_find(&h, &wanted, NULL));
    wanted.given = LIMITS_N;
    asked.n = 4;
    assert_null(limits_find(&h, &wanted, NULL));
    limits_done(&h);
    end(&b);
}

static void frozen_limits_draw_the_chart_they_came_from(void **state)
{
    (void)state;
    int64_t x[] = {10, 12, 11, 13, 12, 14, 15, 11, 10, 13, 12, 12};
    characteristic definition = {.path = "x"};
    series s = {.definition = &definition, .n = 12, .exponent = -1, .wide = x, .decimals = 1};
    series_request request = {.range = STORE_ALL};
    analysis_options o = analysis_defaults(), judged = analysis_defaults();
    analysis a, again;
    chart_limits l;
    arena memory;
    assay_err err = {0};
    arena_init(&memory);
    o.n = 3;
    assert_ok(analysis_make(NULL, &s, &o, &a, &err), err);
    assert_ok(limits_draft(&a, &o, &request, &memory, &l, &err), err);
    assert_string_equal(l.name, "xbar-r n 3 nelson");
    assert_ok(limits_apply(&l, &judged, &err), err);
    assert_ok(analysis_make(NULL, &s, &judged, &again, &err), err);
    assert_true(again.limits == &l);
    for (size_t i = 0; i < 4; i++) {
        assert_true(again.chart.location[i].ucl == a.chart.location[i].ucl);
        assert_digits(again.chart.spread[i].center, a.chart.spread[i].center, 15);
    }
    analysis_done(&a);
    analysis_done(&again);
    arena_done(&memory);
}

static void what_has_no_spread_has_no_limits_to_set(void **state)
{
    (void)state;
    int64_t x[] = {10, 10, 10, 10};
    characteristic definition = {.path = "x"};
    series s = {.definition = &definition, .n = 4, .wide = x};
    series_request request = {.range = STORE_ALL};
    analysis_options o = analysis_defaults();
    analysis a;
    chart_limits l;
    arena memory;
    assay_err err = {0};
    arena_init(&memory);
    assert_ok(analysis_make(NULL, &s, &o, &a, &err), err);
    assert_int_equal(limits_draft(&a, &o, &request, &memory, &l, &err), ASSAY_DOMAIN);
    assert_non_null(strstr(err.message, "no spread"));
    analysis_done(&a);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_comes_back_as_it_was_signed),
        cmocka_unit_test(the_next_version_replaces_and_the_past_keeps_the_first),
        cmocka_unit_test(a_retirement_is_signed_and_ends_the_version),
        cmocka_unit_test(an_erased_version_judges_nothing),
        cmocka_unit_test(limits_of_one_machine_do_not_judge_all),
        cmocka_unit_test(frozen_limits_draw_the_chart_they_came_from),
        cmocka_unit_test(what_has_no_spread_has_no_limits_to_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
