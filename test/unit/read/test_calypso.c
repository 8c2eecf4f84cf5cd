/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dfq.h"

static void read_file(dfq *d, const char *file, const char *in_zone)
{
    assay_err err = {0};
    reader *r;
    assert_ok(reader_open(check_data(file), &(read_options){.zone = in_zone}, &r, &err), err);
    dfq_read(d, r);
}

static void read_text(dfq *d, const char *text)
{
    assay_err err = {0};
    reader *r;
    size_t length = strlen(text);
    source in = {.fd = -1, .name = strdup("x_chr.txt"), .head = malloc(length + 1),
                 .head_length = length, .head_is_all = true, .size = length};
    memcpy(in.head, text, length + 1);
    assert_ok(calypso_open(&in, &(read_options){0}, &r, &err), err);
    dfq_read(d, r);
}

static void a_table_is_known_by_its_columns_and_read_with_its_header(void **state)
{
    (void)state;
    dfq d;
    read_file(&d, "calypso/WAFER-100_1_chr.txt", "Europe/Berlin");
    assert_int_equal(d.b->n, 10);
    assert_int_equal(d.n, 2);
    assert_string_equal(d.c[0]->path, "WAFER-100/Thickness_1");
    assert_string_equal(d.c[0]->unit, "mm");
    assert_true(quantity_value(&d.c[0]->lower) == 0.02 && quantity_value(&d.c[0]->upper) == 0.028);
    assert_int_equal(d.c[0]->lower_kind, BOUND_LIMIT);
    assert_int_equal(d.c[1]->lower_kind, BOUND_NATURAL); /* flatness: no lower limit */
    assert_int_equal(d.c[1]->upper_kind, BOUND_LIMIT);
    assert_true(batch_value(d.b, 0) == 0.0245 && batch_value(d.b, 9) == 0.0005);
    assert_true(d.b->time[0] == INT64_C(1767597660000000000) && d.b->offset[0] == 3600);
    assert_string_equal(dfq_context(&d, 8, CONTEXT_SERIAL), "5");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_OPERATOR), "M\xC3\xBCller");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_MACHINE), "CMM1");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_ORDER), "A4711");
    assert_string_equal(dfq_free(&d, 0, "calypso:drawing"), "Z-100");
    dfq_close(&d);
}

static void bad_rows_cost_themselves_and_no_header_means_no_time(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "planid\tpartnb\tid\tactual\tnominal\tuppertol\tlowertol\r\nP/1\t1\ta\t1,50\t1\t0,1\t-0,1\r\n"
                  "P/1\t2\ta\tx\t1\t\t\r\nP/1\t3\t\t1\r\nP/1\t4\ta\t\t1\r\nP/1\t5\ta\t2.5\r\nEND\r\n");
    assert_string_equal(dfq_rows(&d), "1:1.50 1:- 1:2.5");
    assert_string_equal(d.c[0]->path, "P-1/a");
    assert_true(quantity_value(&d.c[0]->upper) == 1.1);
    assert_true(d.b->time[0] == TIME_NONE);
    assert_int_equal(d.tally.refused, 2);
    assert_string_equal(d.tally.refusals[0].reason, "not-a-number");
    assert_string_equal(d.tally.refusals[0].column, "actual");
    assert_string_equal(d.tally.refusals[1].reason, "no-name");
    assert_true(dfq_warns(&d, "no header file"));
    dfq_close(&d);
}

static void a_line_without_end_is_refused(void **state)
{
    (void)state;
    static char text[200000] = "planid\tpartnb\tid\tactual\n";
    memset(text + 24, 'x', sizeof text - 25);
    assay_err err = {0};
    dfq d;
    reader *r;
    source in = {.fd = -1, .name = strdup("x"), .head = malloc(sizeof text), .head_length = sizeof text - 1,
                 .head_is_all = true, .size = sizeof text - 1};
    memcpy(in.head, text, sizeof text);
    assert_ok(calypso_open(&in, &(read_options){0}, &r, &err), err);
    assert_ok(batch_new(10, 0, &d.b, &err), err);
    assert_int_equal(reader_next(r, d.b, &err), ASSAY_LIMIT);
    batch_free(d.b);
    reader_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_known_by_its_columns_and_read_with_its_header),
        cmocka_unit_test(bad_rows_cost_themselves_and_no_header_means_no_time),
        cmocka_unit_test(a_line_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
