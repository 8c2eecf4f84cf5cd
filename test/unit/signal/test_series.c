/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/signal.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/assay-series-XXXXXX";

static void write_file(const char *text)
{
    strcpy(path, "/tmp/assay-series-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
}

static series_set *load(const char *text, uint32_t contexts, bool with_time)
{
    assay_err err = {0};
    series_set *set = NULL;
    series_request request = {.source = path, .range = STORE_ALL, .contexts = contexts,
                              .with_time = with_time};
    write_file(text);
    assert_ok(series_open(&request, &set, &err), err);
    unlink(path);
    return set;
}

static void assert_series(const series_set *set, size_t i, const double *expected, size_t n)
{
    const series *s = series_at(set, i);
    assert_int_equal(s->n, n);
    for (size_t k = 0; k < n; k++)
        assert_true(series_value(s, k) == expected[k]);
}

static void rows_come_in_order_of_time_wherever_they_stand(void **state)
{
    (void)state;
    const char *text = "time,value\n2026-01-05T07:03:00Z,3\n2026-01-05T07:01:00Z,1\n"
                       "2026-01-05T07:02:00Z,2\n";
    series_set *set = load(text, 0, false);
    assert_series(set, 0, (double[]){1, 2, 3}, 3);
    assert_null(series_at(set, 0)->time);
    series_close(set);
}

static void equal_times_stand_in_the_order_of_serial_numbers_shorter_first(void **state)
{
    (void)state;
    const char *text = "time,serial,value\n2026-01-05T07:01:00Z,S10,3\n2026-01-05T07:01:00Z,S2,2\n"
                       "2026-01-05T07:01:00Z,S1,1\n";
    series_set *set = load(text, 1u << CONTEXT_SERIAL, true);
    assert_series(set, 0, (double[]){1, 2, 3}, 3);
    assert_string_equal(series_text(set, CONTEXT_SERIAL,
                                    series_at(set, 0)->context[CONTEXT_SERIAL][2]), "S10");
    series_close(set);
}

static void a_finer_value_keeps_the_earlier_ones_exact(void **state)
{
    (void)state;
    series_set *set = load("value\n1\n1.5\n1.2575\n2\n", 0, false);
    const series *s = series_at(set, 0);
    assert_series(set, 0, (double[]){1, 1.5, 1.2575, 2}, 4);
    assert_int_equal(s->exponent, -4);
    assert_null(s->real);
    series_close(set);
}

enum { LONG = 20000, KINDS = 6 };

/* What stands in row i of series k: near the first value, or with one thing that does not fit two bytes. */
static void long_value(int k, int i, char out[static 32])
{
    int far = 50000 + (i == 0 ? 0 : (i * 7919 + k) % 65001 - 32500);
    if (k == 1 && i == 15000)
        far = 50000 + 32768; /* one too far */
    if (k == 2 && i == 15000)
        far = 2000000000;
    if (k == 5 && i < 100)
        far += 40000; /* from the start */
    snprintf(out, 32, "%d.%03d", far / 1000, far % 1000);
    if (k == 3 && i == 15000)
        out[0] = 0; /* missing */
    if (k == 4 && i == 15000)
        snprintf(out, 32, "50.12345"); /* finer */
}

static void a_long_series_near_its_first_value_takes_two_bytes_and_says_the_same(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    char value[32];
    buf_add_text(&text, "time,characteristic,value\n");
    for (int i = 0; i < LONG; i++)
        for (int k = 0; k < KINDS; k++) {
            long_value(k, i, value);
            buf_addf(&text, "%d,c%d,%s\n", 1767225600 + i, k, value);
        }
    series_set *set = load(buf_text(&text), 0, false);
    buf_done(&text);
    assert_int_equal(series_count(set), KINDS);
    int64_t *room = malloc(LONG * sizeof *room);
    for (int k = 0; k < KINDS; k++) {
        const series *s = series_at(set, (size_t)k);
        assert_int_equal(s->n, LONG);
        assert_int_equal(s->close != NULL, k == 0);
        (void)series_values(s, room);
        for (int i = 0; i < LONG; i++) {
            long_value(k, i, value);
            double expected = value[0] ? strtod(value, NULL) : NAN, found = series_value(s, (size_t)i);
            assert_true(isnan(expected) ? isnan(found) : found == expected);
            assert_true(s->wide || room[i] == series_mantissa(s, (size_t)i));
        }
    }
    free(room);
    series_close(set);
}

static void values_too_wide_for_four_bytes_take_eight(void **state)
{
    (void)state;
    series_set *set = load("value\n1\n3000000000\n-2\n", 0, false);
    assert_non_null(series_at(set, 0)->wide);
    assert_series(set, 0, (double[]){1, 3000000000.0, -2}, 3);
    series_close(set);
}

static void each_characteristic_has_its_series(void **state)
{
    (void)state;
    series_set *set = load("characteristic,value\na,1\nb,10\na,2\nb,20\n", 0, false);
    assert_int_equal(series_count(set), 2);
    assert_series(set, 0, (double[]){1, 2}, 2);
    assert_series(set, 1, (double[]){10, 20}, 2);
    series_close(set);
}

static void a_characteristic_that_is_not_there_is_told_with_those_that_are(void **state)
{
    (void)state;
    assay_err err = {0};
    series_set *set = NULL;
    series_request request = {.source = path, .name = "c", .range = STORE_ALL};
    write_file("characteristic,value\nbore,1\nlength,10\nbore,2\n");
    assert_int_equal(series_open(&request, &set, &err), ASSAY_NOT_FOUND);
    unlink(path);
    assert_null(set);
    assert_non_null(strstr(err.hint, "bore, length"));
}

static void a_text_file_is_no_database(void **state)
{
    (void)state;
    write_file("value\n1\n2\n3\n4\n5\n");
    assert_false(source_is_database(path));
    assert_false(source_is_database("/nonexistent/file"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_order_of_time_wherever_they_stand),
        cmocka_unit_test(equal_times_stand_in_the_order_of_serial_numbers_shorter_first),
        cmocka_unit_test(a_finer_value_keeps_the_earlier_ones_exact),
        cmocka_unit_test(a_long_series_near_its_first_value_takes_two_bytes_and_says_the_same),
        cmocka_unit_test(values_too_wide_for_four_bytes_take_eight),
        cmocka_unit_test(each_characteristic_has_its_series),
        cmocka_unit_test(a_characteristic_that_is_not_there_is_told_with_those_that_are),
        cmocka_unit_test(a_text_file_is_no_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
