/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates as people and programs write them. */
#include "read/csv.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define NS_PER_S INT64_C(1000000000)

typedef struct {
    const char *p, *end;
} place;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* 1 to `most` digits */
static bool take_number(place *at, int most, int *out)
{
    int value = 0, count = 0;
    while (at->p < at->end && count < most && is_digit(*at->p)) {
        value = value * 10 + (*at->p++ - '0');
        count++;
    }
    *out = value;
    return count > 0;
}

static bool take(place *at, char c)
{
    if (at->p == at->end || *at->p != c)
        return false;
    at->p++;
    return true;
}

static bool take_separator(place *at, char *separator)
{
    if (at->p == at->end || !strchr("./-", *at->p))
        return false;
    if (*separator && *separator != *at->p)
        return false;
    *separator = *at->p++;
    return true;
}

static bool take_fraction(place *at, int32_t *nanosecond)
{
    int32_t scale = 100000000;
    const char *start = at->p;
    for (; at->p < at->end && is_digit(*at->p); at->p++, scale /= 10)
        *nanosecond += (*at->p - '0') * scale;
    return at->p > start && at->p - start <= 9;
}

/* h:mm[:ss[.fraction]] [am|pm] */
static bool take_clock(place *at, civil *c)
{
    if (!take_number(at, 2, &c->hour) || !take(at, ':') || !take_number(at, 2, &c->minute))
        return false;
    if (take(at, ':')) {
        if (!take_number(at, 2, &c->second))
            return false;
        if ((take(at, '.') || take(at, ',')) && !take_fraction(at, &c->nanosecond))
            return false;
    }
    place mark = *at;
    take(&mark, ' ');
    if (mark.end - mark.p >= 2 && (mark.p[1] | 32) == 'm') {
        char half = (char)(mark.p[0] | 32);
        if ((half != 'a' && half != 'p') || c->hour < 1 || c->hour > 12)
            return false;
        c->hour = c->hour % 12 + (half == 'p' ? 12 : 0);
        mark.p += 2;
        *at = mark;
    }
    return true;
}

static int full_year(int year, ptrdiff_t digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

static bool take_date(place *at, csv_date form, civil *c)
{
    int part[3];
    ptrdiff_t digits[3];
    char separator = 0;
    for (int i = 0; i < 3; i++) {
        const char *start = at->p;
        if (!take_number(at, 4, &part[i]))
            return false;
        digits[i] = at->p - start;
        if (i < 2 && !take_separator(at, &separator))
            return false;
    }
    int year = form == CSV_DATE_YMD ? 0 : 2;
    int month = form == CSV_DATE_MDY ? 0 : 1;
    int day = 3 - year - month;
    bool is_year = digits[year] == 4 || (digits[year] == 2 && form != CSV_DATE_YMD);
    if (digits[month] > 2 || digits[day] > 2 || !is_year)
        return false;
    c->year = full_year(part[year], digits[year]);
    c->month = part[month];
    c->day = part[day];
    return true;
}

static bool civil_parse(csv_date form, const char *text, size_t length, int64_t *ns)
{
    place at = {text, text + length};
    civil c = {0};
    if (!take_date(&at, form, &c))
        return false;
    if (at.p < at.end) {
        if (*at.p != ' ' && *at.p != 'T' && *at.p != '/')
            return false;
        while (at.p < at.end && (*at.p == ' ' || *at.p == 'T' || *at.p == '/'))
            at.p++;
        if (!take_clock(&at, &c) || at.p != at.end)
            return false;
    }
    return civil_to_ns(&c, ns);
}

/* Whole or broken counts of a unit since 1970. */
static bool epoch_parse(int64_t unit_ns, const char *text, size_t length, int64_t *ns)
{
    place at = {text, text + length};
    bool is_negative = take(&at, '-');
    __int128 value = 0;
    const char *start = at.p;
    for (; at.p < at.end && is_digit(*at.p); at.p++) {
        value = value * 10 + (*at.p - '0');
        if (at.p - start > 19)
            return false;
    }
    if (at.p == start)
        return false;
    value *= unit_ns;
    if (take(&at, '.') || take(&at, ',')) {
        for (int64_t scale = unit_ns / 10; at.p < at.end && is_digit(*at.p); scale /= 10)
            value += (*at.p++ - '0') * scale;
    }
    if (is_negative)
        value = -value;
    if (at.p != at.end || value <= INT64_MIN || value > INT64_MAX)
        return false;
    *ns = (int64_t)value;
    return true;
}

/* Days of Excel's 1900 system as wall time, from 1900-03-01 on (its 1900 has a 29 February), to the
 * microsecond: a fraction of a day as Excel writes it says no more. */
static bool excel_parse(const char *text, size_t length, int64_t *ns)
{
    enum { first_day = 61, last_day = 120000, days_to_1970 = 25569 };
    double days;
    decimal d;
    char sign = memchr(text, ',', length) ? ',' : '.';
    if (decimal_parse(text, length, sign, &d, &days) == DECIMAL_NONE || !(days >= first_day) ||
        days > last_day)
        return false;
    double whole = floor(days);
    int64_t us = llround((days - whole) * 86400e6);
    us = d.decimals < 10 ? (us + 500) / 1000 * 1000 : us; /* fewer digits: milliseconds */
    *ns = (((int64_t)whole - days_to_1970) * 86400000000 + us) * 1000;
    return true;
}

bool csv_time_parse(csv_date form, const char *text, size_t length, int64_t *ns, int32_t *offset_s)
{
    *offset_s = TIME_OFFSET_NONE;
    switch (form) {
    case CSV_DATE_ISO:
        return time_parse_iso(text, length, ns, offset_s);
    case CSV_DATE_DMY:
    case CSV_DATE_MDY:
    case CSV_DATE_YMD:
        return civil_parse(form, text, length, ns);
    case CSV_DATE_S:
        return epoch_parse(NS_PER_S, text, length, ns);
    case CSV_DATE_MS:
        return epoch_parse(1000000, text, length, ns);
    case CSV_DATE_US:
        return epoch_parse(1000, text, length, ns);
    case CSV_DATE_NS:
        return epoch_parse(1, text, length, ns);
    case CSV_DATE_EXCEL:
        return excel_parse(text, length, ns);
    case CSV_DATE_NONE:
    case CSV_DATE_COUNT:
        break;
    }
    return false;
}

bool csv_clock_parse(const char *text, size_t length, int64_t *ns)
{
    place at = {text, text + length};
    civil c = {.year = 1970, .month = 1, .day = 1};
    return take_clock(&at, &c) && at.p == at.end && civil_to_ns(&c, ns);
}

bool csv_is_missing(const char *text, size_t length)
{
    static const char *const words[] = {"NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null",
                                        "None", "-", "--", "*", "?", "#N/A"};
    if (length == 0)
        return true;
    for (size_t i = 0; length <= 4 && i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return true;
    }
    return false;
}

bool csv_is_not_finite(const char *text, size_t length)
{
    static const char *const words[] = {"inf", "infinity", "nan", "nan(ind)", "1.#inf", "1.#qnan",
                                        "1.#ind", "#div/0!", "#num!", "#value!", "\xE2\x88\x9E"};
    if (length > 0 && (*text == '-' || *text == '+')) {
        text++;
        length--;
    }
    for (size_t i = 0; length <= 8 && i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == length && strncasecmp(words[i], text, length) == 0)
            return true;
    }
    return false;
}
