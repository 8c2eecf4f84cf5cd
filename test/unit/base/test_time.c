/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/time.h"

#include <time.h>

#define S INT64_C(1000000000)

static int64_t iso(const char *text)
{
    int64_t ns;
    int32_t offset;
    if (!time_parse_iso(text, strlen(text), &ns, &offset))
        fail_msg("\"%s\" was refused", text);
    return ns;
}

static void iso_times_are_read_to_the_nanosecond(void **state)
{
    (void)state;
    assert_int_equal(iso("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(iso("2026-01-05T07:21:00Z"), 1767597660 * S);
    assert_int_equal(iso("2026-01-05 08:21:00.123456789+01:00"), 1767597660 * S + 123456789);
    assert_int_equal(iso("2026-01-05T07:21"), 1767597660 * S);
    assert_int_equal(iso("2026-01-05"), 1767571200 * S);
    assert_int_equal(iso("1969-12-31T23:59:59.5Z"), -S / 2);
    assert_int_equal(iso("2026-01-04T22:51:00-0830"), 1767597660 * S);
    int64_t ns;
    int32_t offset;
    assert_true(time_parse_iso("2026-01-05T07:21:00", 19, &ns, &offset));
    assert_int_equal(offset, TIME_OFFSET_NONE);
    assert_true(time_parse_iso("2026-01-05T07:21:00+09:00", 25, &ns, &offset));
    assert_int_equal(offset, 32400);
}

static void impossible_times_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "2026", "2026-13-01", "2026-02-29", "2026-00-01", "2026-01-32", "2026-01-05T24:00:00Z",
        "2026-01-05T07:60:00Z", "2026-01-05T07:21:60Z", "2026-01-05T07:21:00.Z", "2026-01-05T",
        "2026-01-05T07:21:00+25:00", "2026-01-05T07:21:00ZZ", "1500-01-01", "2300-01-01",
        "2026-01-05T07:21:00.0000000001Z", "26-01-05", "2026-1-5", "2262-04-12T00:00:00Z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ns;
        int32_t offset;
        if (time_parse_iso(texts[i], strlen(texts[i]), &ns, &offset))
            fail_msg("\"%s\" was taken for a time", texts[i]);
    }
}

static void calendar_and_instant_agree_over_the_whole_range(void **state)
{
    (void)state;
    for (int64_t day = -106000; day < 106000; day += 13) {
        int64_t ns = day * 86400 * S + (day % 86400) * S + day % 1000, again;
        civil c;
        civil_from_ns(ns, &c);
        assert_true(civil_to_ns(&c, &again));
        assert_int_equal(again, ns);
    }
    assert_true(civil_to_ns(&(civil){2000, 2, 29, 0, 0, 0, 0}, &(int64_t){0}));
    assert_false(civil_to_ns(&(civil){1900, 2, 29, 0, 0, 0, 0}, &(int64_t){0}));
}

static void a_time_is_written_as_rfc_3339(void **state)
{
    (void)state;
    char text[40];
    int64_t t = iso("2026-01-05T07:21:00Z");
    time_format(t, TIME_OFFSET_NONE, text, sizeof text);
    assert_string_equal(text, "2026-01-05T07:21:00Z");
    time_format(t + 120000000, 3600, text, sizeof text);
    assert_string_equal(text, "2026-01-05T08:21:00.120+01:00");
    time_format(t + 1000, -16200, text, sizeof text);
    assert_string_equal(text, "2026-01-05T02:51:00.000001-04:30");
    assert_int_equal(time_format(t - 1, 0, text, sizeof text), 35);
    assert_string_equal(text, "2026-01-05T07:20:59.999999999+00:00");
}

static void fixed_offsets_are_zones(void **state)
{
    (void)state;
    zone *z;
    assay_err err;
    assert_ok(zone_open("+09:00", &z, &err), err);
    int64_t utc;
    int32_t offset;
    bool folded;
    assert_true(zone_to_utc(z, iso("2026-01-05T09:00:00Z"), false, &utc, &offset, &folded));
    assert_int_equal(utc, iso("2026-01-05T00:00:00Z"));
    assert_int_equal(offset, 32400);
    assert_false(folded);
    zone_close(z);
    assert_int_equal(zone_open("Europe/Atlantis", &z, &err), ASSAY_NOT_FOUND);
    assert_int_equal(zone_open("../../etc/passwd", &z, &err), ASSAY_NOT_FOUND);
}

static void the_folded_hour_has_two_answers_and_the_skipped_one_none(void **state)
{
    (void)state;
    zone *z;
    assay_err err;
    if (zone_open("Europe/Berlin", &z, &err) != ASSAY_OK)
        skip();
    int64_t utc;
    int32_t offset;
    bool folded;
    /* 2025 from the file, 2199 from the rule at its end */
    static const char *const autumn[] = {"2025-10-26T02:30:00", "2199-10-27T02:30:00"};
    for (int i = 0; i < 2; i++) {
        assert_true(zone_to_utc(z, iso(autumn[i]), false, &utc, &offset, &folded));
        assert_true(folded);
        assert_int_equal(offset, 7200);
        assert_int_equal(utc, iso(autumn[i]) - 7200 * S);
        assert_true(zone_to_utc(z, iso(autumn[i]), true, &utc, &offset, &folded));
        assert_int_equal(offset, 3600);
        assert_int_equal(zone_offset(z, utc), 3600);
        assert_int_equal(zone_offset(z, utc - 3600 * S), 7200);
    }
    assert_false(zone_to_utc(z, iso("2026-03-29T02:30:00"), false, &utc, &offset, &folded));
    assert_true(zone_to_utc(z, iso("1890-06-01T00:00:00"), false, &utc, &offset, &folded));
    assert_int_equal(offset, 3208); /* local mean time */
    int64_t from, to;
    assert_true(zone_plain(z, iso("2026-01-05T08:21:00"), &from, &to, &offset));
    assert_int_equal(from, iso("2025-10-26T03:00:00"));
    assert_int_equal(to, iso("2026-03-29T02:00:00"));
    assert_int_equal(offset, 3600);
    assert_true(zone_plain(z, iso("2026-07-05T08:21:00"), &from, &to, &offset));
    assert_int_equal(from, iso("2026-03-29T03:00:00"));
    assert_int_equal(to, iso("2026-10-25T02:00:00"));
    assert_false(zone_plain(z, iso("2025-10-26T02:30:00"), &from, &to, &offset));
    zone_close(z);
}

/* The C library reads the same files its own way. */
static void zones_agree_with_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Berlin", "Asia/Seoul", "America/New_York",
                                        "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        zone *z;
        assay_err err;
        if (zone_open(names[i], &z, &err) != ASSAY_OK)
            skip();
        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t t = -2000000000; t < 8000000000; t += 999983) {
            struct tm tm;
            time_t when = (time_t)t;
            localtime_r(&when, &tm);
            assert_int_equal(zone_offset(z, t * S), tm.tm_gmtoff);
        }
        zone_close(z);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_times_are_read_to_the_nanosecond),
        cmocka_unit_test(impossible_times_are_refused),
        cmocka_unit_test(calendar_and_instant_agree_over_the_whole_range),
        cmocka_unit_test(a_time_is_written_as_rfc_3339),
        cmocka_unit_test(fixed_offsets_are_zones),
        cmocka_unit_test(the_folded_hour_has_two_answers_and_the_skipped_one_none),
        cmocka_unit_test(zones_agree_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
