/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates and durations: reading them, and moving a date by months. */
#include "scheme/value.h"

#include "base/time.h"

#include <string.h>

#define NS           INT64_C(1000000000)
#define SECONDS_MOST (INT64_MAX / NS) /* about 292 years */

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

static void move_months(civil *c, int32_t months)
{
    int64_t month = (int64_t)c->year * 12 + c->month - 1 + months;
    c->year = (int)(month / 12);
    c->month = (int)(month % 12) + 1;
    int last = c->year > 0 ? month_days(c->year, c->month) : 28;
    if (c->day > last)
        c->day = last;
}

bool date_add(int64_t date, int32_t months, int64_t seconds, int64_t *out)
{
    civil c;
    int64_t ns, moved;
    if (date > SECONDS_MOST || date < -SECONDS_MOST || months > 12000 || months < -12000)
        return false;
    civil_from_ns(date * NS, &c);
    move_months(&c, months);
    if (c.year < 1678 || c.year > 2262 || !civil_to_ns(&c, &ns))
        return false;
    if (__builtin_add_overflow(ns / NS, seconds, &moved) || moved > SECONDS_MOST ||
        moved < -SECONDS_MOST)
        return false;
    *out = moved;
    return true;
}

/* -- reading ------------------------------------------------------------------------------- */

/* Digits at text[*at], at most 9 of them. */
static bool digits(const char *text, size_t length, size_t *at, int64_t *out)
{
    size_t start = *at;
    int64_t n = 0;
    while (*at < length && text[*at] >= '0' && text[*at] <= '9' && *at - start < 10)
        n = n * 10 + (text[(*at)++] - '0');
    *out = n;
    return *at > start && *at - start < 10;
}

static bool parse_month(const char *text, int64_t *seconds)
{
    size_t at = 0;
    int64_t year, month, ns;
    if (!digits(text, 4, &at, &year) || at != 4 || text[4] != '-')
        return false;
    at = 5;
    if (!digits(text, 7, &at, &month) || at != 7)
        return false;
    civil c = {.year = (int)year, .month = (int)month, .day = 1};
    if (month < 1 || month > 12 || !civil_to_ns(&c, &ns))
        return false;
    *seconds = ns / NS;
    return true;
}

bool date_parse(const char *text, size_t length, int64_t *seconds, bool *has_time)
{
    int64_t ns;
    int32_t offset;
    if (length == 7) {
        *has_time = false;
        return parse_month(text, seconds);
    }
    if (length < 10 || !time_parse_iso(text, length, &ns, &offset))
        return false;
    *has_time = length > 10;
    /* Down, also before 1970: an instant lies in the second that has begun. */
    *seconds = ns / NS - (ns % NS < 0);
    return true;
}

static bool add_unit(value_duration *d, int64_t n, const char *unit, size_t length)
{
    static const struct {
        const char *name;
        int32_t months, seconds;
    } units[] = {{"y", 12, 0},   {"mo", 1, 0},   {"w", 0, 604800}, {"d", 0, 86400},
                 {"h", 0, 3600}, {"min", 0, 60}, {"s", 0, 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, unit, length) == 0) {
            int64_t months = d->months + n * units[i].months;
            d->seconds += n * units[i].seconds;
            d->months = (int32_t)months;
            return months <= 12000 && d->seconds <= SECONDS_MOST;
        }
    return false;
}

bool duration_parse(const char *text, size_t length, value_duration *out)
{
    value_duration d = {.start = DURATION_LOOSE};
    size_t at = 0;
    if (length == 0)
        return false;
    while (at < length) {
        int64_t n;
        if (!digits(text, length, &at, &n))
            return false;
        size_t unit = at;
        while (at < length && text[at] >= 'a' && text[at] <= 'z')
            at++;
        if (!add_unit(&d, n, text + unit, at - unit))
            return false;
        while (at < length && text[at] == ' ')
            at++;
    }
    *out = d;
    return true;
}
