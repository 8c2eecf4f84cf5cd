/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/buf.h"
#include "read/gauge.h"

/* What a gauge said: "01=24.500 01=22.400 !gauge-error(911)". */
static buf said;

static void on_row(void *context, const gauge_row *row)
{
    (void)context;
    char number[80];
    decimal_format(row->value.mantissa, row->value.exponent, row->value.decimals, number, sizeof number);
    buf_addf(&said, "%s%.*s=%s%.*s", said.length ? " " : "", (int)row->channel_length,
             row->channel ? row->channel : "", number, (int)row->unit_length, row->unit ? row->unit : "");
}

static void on_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                      const char *found, size_t length)
{
    (void)context, (void)line, (void)expected;
    buf_addf(&said, "%s!%s(%.*s)", said.length ? " " : "", reason, (int)(length < 40 ? length : 40), found);
}

static gauge *open_gauge(const char *pattern, char sign)
{
    static const char *const errors[] = {GAUGE_DIGIMATIC_ERROR};
    assay_err err = {0};
    gauge *g;
    gauge_options o = {.pattern = pattern, .errors = errors, .error_count = 1, .decimal = sign};
    assert_ok(gauge_new(&o, &(gauge_sink){on_row, on_refuse, NULL}, &g, &err), err);
    buf_clear(&said);
    return g;
}

static void assert_says(const char *pattern, char sign, const char *text, const char *expected)
{
    for (size_t cut = 1; cut <= strlen(text); cut++) { /* in pieces of every size */
        gauge *g = open_gauge(pattern, sign);
        for (size_t at = 0; at < strlen(text); at += cut)
            gauge_take(g, text + at, strlen(text + at) < cut ? strlen(text + at) : cut);
        assert_string_equal(buf_text(&said), expected);
        gauge_free(g);
    }
}

static void the_recorded_gauge_gives_its_values(void **state)
{
    (void)state;
    char text[512];
    FILE *file = fopen(check_data("gauge/digimatic-ascii-9600-8N1.txt"), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    assert_says(NULL, '.', text,
                "01=24.500 01=22.400 01=23.700 01=23.500 01=23.800 01=23.600 01=23.800 01=22.500 "
                "01=22.500 01=23.000 01=-0.005 !gauge-error(911) 01=0.12345 02=10.002 "
                "!broken-line(01A+000) 01=24.500");
}

static void a_pattern_describes_other_devices(void **state)
{
    (void)state;
    assert_says("{channel}: {sign}{number} {unit}", '.', "T1:  -12.5 mm\r\nT2:+3um\n", "T1=-12.5mm T2=3um");
    assert_says("{sign}{number}", ',', "+1,25\r-,5\r7\r", "=1.25 =-0.5 =7");
    assert_says("N{skip:3}={number:4}", '.', "Nabc=1.50\nN   =22.1\n", "=1.50 =22.1");
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_says(NULL, '.', "01A+0024.5\r\r\n01B+0024.500\r01A+00.4.500\r", 
                "!broken-line(01A+0024.5) !broken-line(01B+0024.500) !broken-line(01A+00.4.500)");
    assert_says("{number}", '.', ".\r1234567890123456789\r12x25\r", "!broken-line(.) !broken-line(1234567890123456789) !broken-line(12x25)");
}

static void a_line_without_end_is_dropped_as_one(void **state)
{
    (void)state;
    gauge *g = open_gauge(NULL, '.');
    for (int i = 0; i < 100000; i++)
        gauge_take(g, "01A+", 4);
    gauge_take(g, "\r01A+0024.500\r", 14);
    assert_string_equal(buf_text(&said), "!line-too-long(01A+01A+01A+01A+01A+01A+01A+01A+01A+01A+) 01=24.500");
    gauge_free(g);
}

static void half_a_line_is_refused_when_the_device_goes_away(void **state)
{
    (void)state;
    gauge *g = open_gauge(NULL, '.');
    gauge_take(g, "01A+00", 6);
    gauge_cut(g);
    gauge_cut(g);
    gauge_take(g, "01A+0024.500\r", 13);
    assert_string_equal(buf_text(&said), "!broken-line(01A+00) 01=24.500");
    gauge_free(g);
}

static void a_pattern_that_says_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "abc", "{number", "{nummer}", "{number:0}", "{number:65}", "{number:x}",
                                      "{number}{number}", "{skip}{number}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{number}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assay_err err = {0};
        gauge *g;
        gauge_options o = {.pattern = bad[i], .decimal = '.'};
        assert_int_equal(gauge_new(&o, &(gauge_sink){on_row, on_refuse, NULL}, &g, &err), ASSAY_USAGE);
        assert_true(strlen(err.message) > 10);
    }
}

static int end(void **state)
{
    (void)state;
    buf_done(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recorded_gauge_gives_its_values),
        cmocka_unit_test(a_pattern_describes_other_devices),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(a_line_without_end_is_dropped_as_one),
        cmocka_unit_test(half_a_line_is_refused_when_the_device_goes_away),
        cmocka_unit_test(a_pattern_that_says_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
