/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which measurement of one characteristic goes with which of another. */
#include "check.h"

#include "signal/pairs.h"

#include <unistd.h>

static series_set *load(const char *csv)
{
    series_set *set = NULL;
    assay_err err;
    char path[64];
    snprintf(path, sizeof path, "/tmp/assay-pairs-%d.csv", (int)getpid());
    FILE *f = fopen(path, "w");
    assert_true(f && fputs(csv, f) >= 0 && fclose(f) == 0);
    const series_request r = {.source = path, .range = STORE_ALL, .with_time = true,
                              .contexts = 1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP};
    assert_ok(series_open(&r, &set, &err), err);
    unlink(path);
    return set;
}

static void assert_pairs(const char *x, const char *y, const char *by, const char *expected, unsigned alone_x,
                         unsigned alone_y)
{
    series_set *a = load(x), *b = load(y);
    series_pairs p;
    assay_err err;
    buf told = BUF_INIT;
    assert_ok(pairs_make(a, b, &p, &err), err);
    for (size_t i = 0; i < p.x.n; i++)
        buf_addf(&told, "%s%g:%g", i ? " " : "", assay_values_at(&p.x, i), assay_values_at(&p.y, i));
    assert_string_equal(pairs_key_name(p.by), by);
    assert_string_equal(buf_text(&told), expected);
    assert_int_equal(p.alone_x, alone_x);
    assert_int_equal(p.alone_y, alone_y);
    buf_done(&told);
    pairs_done(&p);
    series_close(a);
    series_close(b);
}

#define HEAD "time,value,serial\n"

static void parts_are_paired_by_serial_number_whatever_their_order(void **state)
{
    (void)state;
    assert_pairs(HEAD "2026-01-01T00:00:01Z,1.5,A\n2026-01-01T00:00:02Z,2.5,B\n2026-01-01T00:00:03Z,3.5,C\n",
                 HEAD "2026-01-02T00:00:01Z,30,C\n2026-01-02T00:00:02Z,10,A\n2026-01-02T00:00:03Z,90,X\n",
                 "serial", "1.5:10 3.5:30", 1, 1);
}

static void of_a_part_measured_twice_the_first_goes_with_the_first(void **state)
{
    (void)state;
    assert_pairs(HEAD "2026-01-01T00:00:01Z,1,A\n2026-01-01T00:00:02Z,2,A\n",
                 HEAD "2026-01-02T00:00:01Z,10,A\n2026-01-02T00:00:02Z,20,A\n2026-01-02T00:00:03Z,30,A\n", "serial",
                 "1:10 2:20", 0, 1);
}

static void without_a_shared_serial_number_the_time_pairs(void **state)
{
    (void)state;
    assert_pairs(HEAD "2026-01-01T00:00:01Z,1,A\n2026-01-01T00:00:02Z,2,B\n",
                 HEAD "2026-01-01T01:00:02+01:00,20,X\n2026-01-01T00:00:09Z,90,Y\n", "time", "2:20", 1, 1);
}

static void without_a_shared_time_the_subgroup_pairs(void **state)
{
    (void)state;
    assert_pairs("time,value,subgroup\n2026-01-01T00:00:01Z,1,s1\n2026-01-01T00:00:02Z,2,s2\n",
                 "time,value,subgroup\n2026-01-02T00:00:01Z,20,s2\n2026-01-02T00:00:02Z,30,s3\n", "subgroup", "2:20", 1, 1);
}

static void what_shares_nothing_makes_no_pair(void **state)
{
    (void)state;
    assert_pairs(HEAD "2026-01-01T00:00:01Z,1,A\n", HEAD "2026-01-02T00:00:01Z,2,B\n", "", "", 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_paired_by_serial_number_whatever_their_order),
        cmocka_unit_test(of_a_part_measured_twice_the_first_goes_with_the_first),
        cmocka_unit_test(without_a_shared_serial_number_the_time_pairs),
        cmocka_unit_test(without_a_shared_time_the_subgroup_pairs),
        cmocka_unit_test(what_shares_nothing_makes_no_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
