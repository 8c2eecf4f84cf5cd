/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dfq.h"

#include "read/ndjson_scan.h"

static assay_status open_text(const char *text, const read_options *options, reader **out,
                              assay_err *err)
{
    size_t length = strlen(text);
    source in = {.fd = -1, .name = strdup("text"), .head = malloc(length + 1),
                 .head_length = length, .head_is_all = true, .size = length};
    memcpy(in.head, text, length + 1);
    return ndjson_open(&in, options, out, err);
}

static void read_with(dfq *d, const char *text, const read_options *options)
{
    assay_err err = {0};
    reader *r;
    assert_ok(open_text(text, options, &r, &err), err);
    dfq_read(d, r);
}

static void read_text(dfq *d, const char *text)
{
    read_with(d, text, &(read_options){0});
}

static void a_line_is_a_measurement_and_keeps_its_digits(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "{\"characteristic\": \"P/d\", \"time\": \"2026-01-05T07:21:00Z\", \"value\": 24.50,"
                  " \"serial\": \"W001\", \"subgroup\": 7, \"unit\": \"um\"}\r\n\n"
                  "{\"value\":1e2,\"characteristic\":\"P/e\",\"size\":50,\"kind\":\"defects\"}\n"
                  "{\"value\":\"24.5\",\"characteristic\":\"P/d\",\"status\":\"bad\",\"operator\":\"\\u00c4 \\\"x\\\"\"}");
    assert_int_equal(d.b->n, 3);
    assert_true(d.b->mantissa[0] == 2450 && d.b->exponent[0] == -2 && d.b->decimals[0] == 2);
    assert_true(d.b->time[0] == INT64_C(1767597660000000000) && d.b->offset[0] == 0);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "W001");
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SUBGROUP), "7");
    assert_string_equal(d.c[0]->path, "P/d");
    assert_string_equal(d.c[0]->unit, "um");
    assert_true(batch_value(d.b, 1) == 100 && d.b->size[1] == 50 && d.b->record[1] == 3);
    assert_int_equal(d.c[1]->kind, KIND_DEFECTS);
    assert_true(d.b->time[1] == TIME_NONE);
    assert_int_equal(d.b->status[2] & STATUS_MASK, STATUS_BAD);
    assert_int_equal(d.b->characteristic[2], 0);
    assert_string_equal(dfq_context(&d, 2, CONTEXT_OPERATOR), "\xc3\x84 \"x\"");
    dfq_close(&d);
}

static void numbers_since_1970_are_told_apart_by_their_size(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "{\"value\":1,\"time\":1767597660}\n{\"value\":1,\"time\":1767597660000}\n"
                  "{\"value\":1,\"time\":1767597660000000}\n{\"value\":1,\"time\":1767597660000000000}\n"
                  "{\"value\":1,\"time\":1767597660.125}\n{\"value\":1,\"time\":null}\n");
    for (size_t i = 0; i < 4; i++)
        assert_true(d.b->time[i] == INT64_C(1767597660000000000));
    assert_true(d.b->time[4] == INT64_C(1767597660125000000));
    assert_true(d.b->time[5] == TIME_NONE);
    dfq_close(&d);
}

static void a_bad_line_costs_itself_and_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *reason;
    } bad[] = {
        {"{\"value\":1,\"value\":2}", "duplicate-member"},
        {"{\"value\":1,\"x\":2,\"x\":3}", "duplicate-member"},
        {"{\"value\":1,\"\\u0076alue\":2}", "duplicate-member"},
        {"{\"value\":true}", "not-a-number"},
        {"{\"value\":\"abc\"}", "not-a-number"},
        {"{\"value\":[1]}", "not-a-number"},
        {"{\"time\":\"2026-01-05T07:21:00Z\"}", "no-value"},
        {"{\"value\":1,\"time\":\"05.01.2026\"}", "not-a-date"},
        {"{\"value\":1,\"time\":false}", "not-a-date"},
        {"{\"value\":1,\"size\":0}", "not-a-size"},
        {"{\"value\":1,\"status\":\"odd\"}", "not-a-status"},
        {"{\"value\":1,\"kind\":\"odd\"}", "not-a-kind"},
        {"{\"value\":1,\"characteristic\":7}", "not-a-name"},
        {"[1]", "not-an-object"},
        {"x", "not-an-object"},
        {"{\"value\":1", "not-json"},
        {"{\"value\":1}}", "not-json"},
        {"{\"value\":1,}", "not-json"},
        {"{\"value\":01}", "not-json"},
        {"{\"value\":.5}", "not-json"},
        {"{\"value\":1.}", "not-json"},
        {"{\"value\":+1}", "not-json"},
        {"{\"value\":NaN}", "not-json"},
        {"{\"value\":1 \"time\":null}", "not-json"},
        {"{\"value\":1,\"note\":\"a\tb\"}", "not-json"},
        {"{\"value\":1,\"note\":\"\\ud800\"}", "not-json"},
        {"{\"value\":1,\"note\":\"\\u0000\"}", "not-json"},
        {"{\"value\":1,\"note\":\"\xff\"}", "not-json"},
        {"{\"value\":1,\"note\":\"\xc0\xaf\"}", "not-json"},
        {"{\"value\":1,\"note\":\"\\x\"}", "not-json"},
        {"{\"value\":1,\"note\":{\"a\":[1,2,}}", "not-json"},
        {"{'value':1}", "not-json"},
        {"{value:1}", "not-json"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[400];
        dfq d;
        snprintf(text, sizeof text, "{\"value\":1}\n%s\n{\"value\":2}\n", bad[i].line);
        read_text(&d, text);
        if (d.b->n != 2 || d.tally.refused != 1 || d.tally.refusals[0].line != 2 ||
            strcmp(d.tally.refusals[0].reason, bad[i].reason) != 0)
            fail_msg("%s: %zu rows, %s", bad[i].line, d.b->n,
                     d.tally.refused ? d.tally.refusals[0].reason : "nothing refused");
        dfq_close(&d);
    }
}

static void what_is_nested_or_unknown_is_passed_over_and_told(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "{\"tags\":{\"a\":[1,{\"b\":null}],\"c\":\"}\"},\"value\":5,\"serial\":[1],\"n\":-0.5e-3}\n");
    assert_string_equal(dfq_rows(&d), "1:5");
    assert_true(dfq_warns(&d, "objects or lists"));
    assert_true(dfq_warns(&d, "without a known name"));
    dfq_close(&d);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    for (int depth = 62; depth <= 64; depth++) {
        char text[300] = "{\"value\":1,\"x\":";
        for (int i = 0; i < depth; i++)
            strcat(text, "[");
        for (int i = 0; i < depth; i++)
            strcat(text, "]");
        strcat(text, "}");
        dfq d;
        read_text(&d, text);
        assert_int_equal(d.b->n, depth < 64);
        dfq_close(&d);
    }
}

static void null_is_a_place_without_a_value(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "{\"value\":null}\n{\"value\":3,\"status\":\"no-value\"}\n{\"value\":3,\"status\":\"late\"}\n");
    assert_string_equal(dfq_rows(&d), "1:- 1:- 1:3");
    assert_int_equal(d.b->status[2], STATUS_LATE);
    dfq_close(&d);
}

static void members_may_have_other_names(void **state)
{
    (void)state;
    dfq d;
    read_options options = {.zone = "Europe/Berlin",
                            .mapping = {.value = "v", .characteristic = "", .time = "ts",
                                        .context[CONTEXT_SERIAL] = "sn"}};
    read_with(&d, "{\"v\":1.5,\"ts\":\"2026-01-05T08:21:00\",\"sn\":\"A\",\"characteristic\":\"x\"}\n", &options);
    assert_true(d.b->time[0] == INT64_C(1767597660000000000) && d.b->offset[0] == 3600);
    assert_string_equal(dfq_context(&d, 0, CONTEXT_SERIAL), "A");
    assert_string_equal(d.c[0]->path, "value");
    dfq_close(&d);
}

static void a_refused_line_makes_no_characteristic(void **state)
{
    (void)state;
    dfq d;
    read_text(&d, "{\"characteristic\":\"gone\",\"value\":\"x\"}\n{\"characteristic\":\"b\",\"value\":1}\n"
                  "{\"characteristic\":\"gone\",\"value\":2}\n");
    assert_int_equal(d.n, 2);
    assert_string_equal(d.c[d.b->characteristic[0]]->path, "b");
    assert_string_equal(d.c[d.b->characteristic[1]]->path, "gone");
    dfq_close(&d);
}

static void a_line_without_end_is_refused_within_bounds(void **state)
{
    (void)state;
    size_t length = 3u << 20;
    char *text = malloc(length + 100);
    memset(text, 'x', length);
    strcpy(text + length, "\n{\"value\":1}\n");
    dfq d;
    read_text(&d, text);
    assert_string_equal(dfq_rows(&d), "1:1");
    assert_string_equal(d.tally.refusals[0].reason, "line-too-long");
    assert_int_equal(d.b->record[0], 2);
    assert_true(reader_offset(d.r) == length + 13);
    dfq_close(&d);
    free(text);
}

static void reading_goes_on_where_it_stopped(void **state)
{
    (void)state;
    assay_err err = {0};
    const char *text = "{\"value\":1}\n{\"value\":2}\n\n{\"value\":3}\n";
    reader *r;
    measurement_batch *b;
    dfq d;
    assert_ok(batch_new(2, 0, &b, &err), err);
    assert_ok(open_text(text, &(read_options){0}, &r, &err), err);
    assert_ok(reader_next(r, b, &err), err);
    uint64_t offset = reader_offset(r), record = b->record[1];
    reader_close(r);
    batch_free(b);
    assert_ok(open_text(text, &(read_options){0}, &r, &err), err);
    assert_ok(reader_resume(r, offset, record, &err), err);
    dfq_read(&d, r);
    assert_string_equal(dfq_rows(&d), "1:3");
    assert_int_equal(d.b->record[0], 4);
    dfq_close(&d);
}

static void an_array_is_read_by_its_elements(void **state)
{
    (void)state;
    const char *text = "\n[\n  {\n    \"value\": 1,\n    \"note\": \"]\"\n  },\n  {\"value\":2}, {\"value\":\"x\"},\n {\"value\":3}\n]\n";
    assay_err err = {0};
    reader *r;
    measurement_batch *b;
    dfq d;
    read_text(&d, text);
    assert_int_equal(d.b->n, 3);
    assert_true(d.b->mantissa[0] == 1 && d.b->mantissa[1] == 2 && d.b->mantissa[2] == 3);
    assert_true(d.tally.received == 4 && d.tally.refused == 1);
    assert_int_equal(d.tally.refusals[0].line, 4); /* a blank line is before them */
    assert_true(reader_offset(d.r) == strlen(text));
    dfq_close(&d);
    read_text(&d, "[{\"value\":1},{\"value\":2}");
    assert_true(d.b->n == 2 && d.tally.received == 3 && d.tally.refused == 1);
    dfq_close(&d);
    /* Begun again behind the first element. */
    assert_ok(batch_new(1, 0, &b, &err), err);
    assert_ok(open_text(text, &(read_options){0}, &r, &err), err);
    assert_ok(reader_next(r, b, &err), err);
    uint64_t offset = reader_offset(r), record = b->record[0];
    reader_close(r);
    batch_free(b);
    assert_ok(open_text(text, &(read_options){0}, &r, &err), err);
    assert_ok(reader_resume(r, offset, record, &err), err);
    dfq_read(&d, r);
    assert_true(d.b->n == 2 && d.b->mantissa[0] == 2 && d.b->mantissa[1] == 3 && d.tally.refused == 1);
    dfq_close(&d);
}

#define CASE(name) cmocka_unit_test(name)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_line_is_a_measurement_and_keeps_its_digits),
        CASE(numbers_since_1970_are_told_apart_by_their_size),
        CASE(a_bad_line_costs_itself_and_is_named),
        CASE(what_is_nested_or_unknown_is_passed_over_and_told),
        CASE(nesting_is_bounded),
        CASE(null_is_a_place_without_a_value),
        CASE(members_may_have_other_names),
        CASE(a_refused_line_makes_no_characteristic),
        CASE(a_line_without_end_is_refused_within_bounds),
        CASE(reading_goes_on_where_it_stopped),
        CASE(an_array_is_read_by_its_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
