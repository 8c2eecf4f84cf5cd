/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/decimal.h"

static decimal_kind parse(const char *text, decimal *d, double *raw)
{
    return decimal_parse(text, strlen(text), '.', d, raw);
}

static void digits_and_places_are_kept_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t mantissa;
        int exponent, decimals;
    } cases[] = {
        {"24.50", 2450, -2, 2},    {"-0.001", -1, -3, 3},   {"+7", 7, 0, 0},     {".5", 5, -1, 1},
        {"1.", 1, 0, 0},           {"1e3", 1, 3, 0},        {"1.50E-2", 150, -4, 2},
        {"000000000000000000012", 12, 0, 0}, {"999999999999999999", 999999999999999999, 0, 0},
        {"-123456789012345.678", -123456789012345678, -3, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decimal d;
        double raw;
        assert_int_equal(parse(cases[i].text, &d, &raw), DECIMAL_OK);
        assert_int_equal(d.mantissa, cases[i].mantissa);
        assert_int_equal(d.exponent, cases[i].exponent);
        assert_int_equal(d.decimals, cases[i].decimals);
        assert_true(raw == strtod(cases[i].text, NULL));
    }
}

static void what_is_not_a_number_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "-", "+", ".", "nan", "inf", "1e", "1e+", "e5", "1 ",
                                        " 1", "1,5", "0x1", "1.2.3", "--1", "1e400", "1e5x", "1e99999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        decimal d;
        if (parse(texts[i], &d, NULL) != DECIMAL_NONE)
            fail_msg("\"%s\" was taken for a number", texts[i]);
    }
}

static void a_comma_is_a_decimal_sign_only_when_asked_for(void **state)
{
    (void)state;
    decimal d;
    assert_int_equal(decimal_parse("24,5", 4, ',', &d, NULL), DECIMAL_OK);
    assert_int_equal(d.mantissa, 245);
    assert_int_equal(decimal_parse("24.5", 4, ',', &d, NULL), DECIMAL_NONE);
}

static void a_number_too_wide_keeps_its_nearest_binary64(void **state)
{
    (void)state;
    decimal d;
    double raw = 0;
    assert_int_equal(parse("1234567890123456789", &d, &raw), DECIMAL_RAW);
    assert_true(raw == 1234567890123456789.0);
    assert_int_equal(parse("1e-320", &d, &raw), DECIMAL_RAW);
    assert_true(raw == 1e-320);
    /* halfway between two doubles, decided by the 900th digit */
    char text[1000] = "9007199254740993.";
    memset(text + 17, '0', 900);
    assert_int_equal(parse(text, &d, &raw), DECIMAL_RAW);
    assert_true(raw == 9007199254740992.0);
    text[916] = '1';
    assert_int_equal(parse(text, &d, &raw), DECIMAL_RAW);
    assert_true(raw == 9007199254740994.0);
}

static uint64_t seed = 88172645463325252u;
static uint64_t random64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static void every_mantissa_and_exponent_rounds_like_the_c_library(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t mantissa = (int64_t)(random64() >> (1 + random64() % 60));
        int exponent = (int)(random64() % 80) - 40;
        char text[64];
        snprintf(text, sizeof text, "%llde%d", (long long)mantissa, exponent);
        assert_true(decimal_to_double(mantissa, exponent) == strtod(text, NULL));
    }
}

static void a_formatted_decimal_reads_back_as_itself(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t mantissa = (int64_t)(random64() % 2000000000) - 1000000000;
        int exponent = (int)(random64() % 60) - 50;
        char text[64];
        size_t length = decimal_format(mantissa, exponent, exponent < 0 ? -exponent : 0, text, sizeof text);
        assert_true(length < sizeof text && length == strlen(text));
        decimal d;
        assert_int_equal(decimal_parse(text, length, '.', &d, NULL), DECIMAL_OK);
        int64_t again;
        if (d.exponent <= exponent) {
            assert_true(decimal_rescale(mantissa, exponent, d.exponent, &again));
            assert_int_equal(again, d.mantissa);
        } else {
            assert_true(decimal_rescale(d.mantissa, d.exponent, exponent, &again));
            assert_int_equal(again, mantissa);
        }
    }
    char text[64];
    decimal_format(2450, -2, 2, text, sizeof text);
    assert_string_equal(text, "24.50");
    decimal_format(245, -1, 3, text, sizeof text);
    assert_string_equal(text, "24.500");
    decimal_format(-5, -3, 0, text, sizeof text);
    assert_string_equal(text, "-0.005");
    decimal_format(12, 3, 1, text, sizeof text);
    assert_string_equal(text, "12000.0");
    decimal_format(0, -2, 2, text, sizeof text);
    assert_string_equal(text, "0.00");
    decimal_format(INT64_MIN, 0, 0, text, sizeof text);
    assert_string_equal(text, "-9223372036854775808");
}

/* "2.00001e16" has five places and its exponent 11 zeros: 22 digits would not be a decimal again. */
static void zeros_behind_a_number_never_make_it_too_wide_to_read_back(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {{"2.00001e16", "2.00001e+16"},
                 {"2.00001e5", "200001.00000"},
                 {"1.23456789012345678e5", "1.23456789012345678e+5"},
                 {"123456789012345678", "123456789012345678"},
                 {"1.2e17", "1.2e+17"},
                 {"12e16", "120000000000000000"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decimal d, again;
        char text[64];
        assert_int_equal(decimal_parse(cases[i].in, strlen(cases[i].in), '.', &d, NULL), DECIMAL_OK);
        size_t length = decimal_format(d.mantissa, d.exponent, d.decimals, text, sizeof text);
        assert_string_equal(text, cases[i].out);
        assert_int_equal(decimal_parse(text, length, '.', &again, NULL), DECIMAL_OK);
        assert_true(decimal_to_double(d.mantissa, d.exponent) ==
                    decimal_to_double(again.mantissa, again.exponent));
    }
}

static void rescaling_is_exact_or_refused(void **state)
{
    (void)state;
    int64_t m;
    assert_true(decimal_rescale(2450, -2, -1, &m));
    assert_int_equal(m, 245);
    assert_false(decimal_rescale(2455, -2, -1, &m));
    assert_false(decimal_rescale(1000000000000, 0, -9, &m));
    assert_true(decimal_rescale(0, 300, -300, &m));
    assert_int_equal(m, 0);
}

static void doubles_are_written_shortest(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},   {0.0, "0"},      {-0.0, "-0"},        {1e300, "1e+300"}, {5e-324, "5e-324"},
        {1.0 / 3, "0.3333333333333333"}, {123456789, "123456789"}, {1e15, "1000000000000000"},
        {1e22, "1e+22"}, {-2.5e-7, "-2.5e-7"}, {0.0001, "0.0001"}, {9007199254740992, "9007199254740992"},
        {1.7976931348623157e308, "1.7976931348623157e+308"}, {0.30000000000000004, "0.30000000000000004"},
        {0x1p-44, "5.684341886080802e-14"}, {NAN, "nan"}, {-INFINITY, "-inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        assert_int_equal(double_format(cases[i].x, text, sizeof text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static int significant_digits(const char *text)
{
    char digits[40];
    int count = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9' && (count || *text != '0'))
            digits[count++] = *text;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

static void no_shorter_text_reads_back(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = i % 3 == 0 ? (random64() % 2047) << 52 : random64() & ~(1ull << 63);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (i % 3 == 1)
            x = (double)(random64() % 100000000) / 1000;
        if (!isfinite(x))
            continue;
        char text[32], shorter[40];
        double_format(x, text, sizeof text);
        assert_true(strtod(text, NULL) == x);
        int digits = significant_digits(text);
        if (digits > 1) {
            snprintf(shorter, sizeof shorter, "%.*e", digits - 2, x);
            assert_true(strtod(shorter, NULL) != x);
        }
    }
}

/* Rounded to as many digits by the C library: the same, unless that does not read back (at a power
 * of two, where the nearest decimal can lie in the short gap below). */
static void of_the_shortest_texts_the_nearest_is_written(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = i % 3 == 0 ? (random64() % 2047) << 52 : random64() & ~(1ull << 63);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (i % 3 == 1)
            x = (double)(random64() % 1000000) / 7;
        if (!isfinite(x))
            continue;
        char text[32], nearest[40];
        double_format(x, text, sizeof text);
        int digits = significant_digits(text);
        snprintf(nearest, sizeof nearest, "%.*e", digits > 1 ? digits - 1 : 0, x);
        if (strtod(nearest, NULL) != x)
            continue;
        decimal a, b;
        double ignored;
        decimal_kind kind = decimal_parse(text, strlen(text), '.', &a, &ignored);
        assert_int_equal(decimal_parse(nearest, strlen(nearest), '.', &b, &ignored), kind);
        if (kind != DECIMAL_OK)
            continue; /* beyond 10^300 */
        int64_t same;
        if (a.exponent < b.exponent)
            assert_true(decimal_rescale(a.mantissa, a.exponent, b.exponent, &same) &&
                        same == b.mantissa);
        else
            assert_true(decimal_rescale(b.mantissa, b.exponent, a.exponent, &same) &&
                        same == a.mantissa);
    }
}

static void a_number_of_four_bytes_keeps_its_own_shortest_digits(void **state)
{
    (void)state;
    static const struct {
        float x;
        int64_t mantissa;
        int exponent;
    } cases[] = {{24.5f, 245, -1},
                 {0.1f, 1, -1},
                 {-16777216.0f, -16777216, 0},
                 {1e10f, 1, 10},
                 {3.4028235e38f, 34028235, 31},
                 {1e-45f, 1, -45},
                 {0, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decimal d;
        assert_int_equal(decimal_from_float(cases[i].x, &d), DECIMAL_OK);
        assert_int_equal(d.mantissa, cases[i].mantissa);
        assert_int_equal(d.exponent, cases[i].exponent);
        assert_int_equal(d.decimals, d.exponent < 0 ? -d.exponent : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_places_are_kept_as_written),
        cmocka_unit_test(what_is_not_a_number_is_refused),
        cmocka_unit_test(a_comma_is_a_decimal_sign_only_when_asked_for),
        cmocka_unit_test(a_number_too_wide_keeps_its_nearest_binary64),
        cmocka_unit_test(every_mantissa_and_exponent_rounds_like_the_c_library),
        cmocka_unit_test(a_formatted_decimal_reads_back_as_itself),
        cmocka_unit_test(zeros_behind_a_number_never_make_it_too_wide_to_read_back),
        cmocka_unit_test(rescaling_is_exact_or_refused),
        cmocka_unit_test(doubles_are_written_shortest),
        cmocka_unit_test(no_shorter_text_reads_back),
        cmocka_unit_test(of_the_shortest_texts_the_nearest_is_written),
        cmocka_unit_test(a_number_of_four_bytes_keeps_its_own_shortest_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
