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

static bool is_among(char c, const char *set)
{
    return c && strchr(set, c);
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

static bool take_fraction(place *at, int32_t *nanosecond)
{
    int32_t scale = 100000000;
    const char *start = at->p;
    for (; at->p < at->end && is_digit(*at->p); at->p++, scale /= 10)
        *nanosecond += (*at->p - '0') * scale;
    return at->p > start && at->p - start <= 9;
}

static void take_blanks(place *at)
{
    while (at->p < at->end && *at->p == ' ')
        at->p++;
}

/* One of the words, which end with NULL; 1 + its place, or 0. Capitals are as small letters. */
static int take_word(place *at, const char *const *words)
{
    for (int i = 0; words[i]; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(at->end - at->p) >= length && strncasecmp(at->p, words[i], length) == 0) {
            at->p += length;
            return i + 1;
        }
    }
    return 0;
}

/* 1: before noon, 2: after, 0: not said */
static int take_half(place *at)
{
    static const char *const words[] = {"am", "pm", "오전", "오후", "上午", "下午", NULL};
    int word = take_word(at, words);
    return word ? 2 - word % 2 : 0;
}

/* [half] h:mm[:ss[.fraction]] [half], or with words for the signs */
static bool take_clock(place *at, civil *c)
{
    static const char *const hours[] = {"시", "时", "時", "点", NULL}, *const minutes[] = {"분", "分", NULL},
                             *const seconds[] = {"초", "秒", NULL};
    int half = take_half(at);
    if (half)
        take_blanks(at);
    if (!take_number(at, 2, &c->hour))
        return false;
    bool is_said = take_word(at, hours) != 0;
    if (is_said)
        take_blanks(at);
    else if (!take(at, ':'))
        return false;
    if (!take_number(at, 2, &c->minute) && !(is_said && at->p == at->end))
        return false;
    bool has_second = is_said ? take_word(at, minutes) && at->p < at->end : take(at, ':');
    if (has_second && is_said)
        take_blanks(at);
    if (has_second) {
        if (!take_number(at, 2, &c->second))
            return false;
        if ((take(at, '.') || take(at, ',')) && !take_fraction(at, &c->nanosecond))
            return false;
        if (is_said)
            take_word(at, seconds);
    }
    place mark = *at;
    take_blanks(&mark);
    if (!half && (half = take_half(&mark)))
        *at = mark;
    if (half == 1 && c->hour > 12)
        return false;
    if (half)
        c->hour = half == 1 ? c->hour % 12 : c->hour < 12 ? c->hour + 12 : c->hour;
    return true;
}

static int full_year(int year, ptrdiff_t digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

/* Between the parts of a date: the same sign twice. Where one is the name of a month blanks or a comma do. */
static bool take_gap(place *at, char *sign, bool *is_bare)
{
    const char *start = at->p;
    if (at->p < at->end && is_among(*at->p, "./-") && (!*sign || *sign == *at->p))
        *sign = *at->p++;
    else
        *is_bare = true;
    if (at->p == start)
        take(at, ',');
    take_blanks(at);
    return at->p > start;
}

/* "Mar", "march" */
static bool take_month(place *at, int *out)
{
    static const char *const words[] = {"january", "february", "march", "april", "may", "june", "july", "august",
                                        "september", "october", "november", "december", NULL};
    static const char *const cut[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
    *out = take_word(at, words);
    if (!*out)
        *out = take_word(at, cut);
    return *out != 0;
}

static bool take_date(place *at, csv_date form, civil *c)
{
    static const char *const years[] = {"년", "年", NULL}, *const months[] = {"월", "月", NULL},
                             *const days[] = {"일", "日", "号", NULL};
    const int year = form == CSV_DATE_YMD ? 0 : 2, month = form == CSV_DATE_MDY ? 0 : 1;
    const int day = 3 - year - month;
    int part[3];
    ptrdiff_t digits[3] = {0};
    char sign = 0;
    bool is_named = false, is_said = false, is_bare = false;
    for (int i = 0; i < 3; i++) {
        const char *start = at->p;
        if (i == month && form != CSV_DATE_YMD && take_month(at, &part[i]))
            is_named = true;
        else if (take_number(at, 4, &part[i]))
            digits[i] = at->p - start;
        else
            return false;
        if (i == 2)
            break;
        if (form == CSV_DATE_YMD && (i == 0 || is_said) && take_word(at, i == 0 ? years : months)) {
            is_said = true;
            take_blanks(at);
        } else if (is_said || !take_gap(at, &sign, &is_bare)) {
            return false;
        }
    }
    if ((is_said && !take_word(at, days)) || (is_bare && !is_named))
        return false;
    if (form == CSV_DATE_YMD && sign == '.')
        take(at, '.');
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
        const char *start = at.p;
        while (at.p < at.end && is_among(*at.p, " T/,"))
            at.p++;
        if (at.p == start && !(start[-1] & 0x80)) /* nothing needs to stand behind 日 */
            return false;
        if (!take_clock(&at, &c) || at.p != at.end)
            return false;
    }
    return civil_to_ns(&c, ns);
}

/* yyyymmdd, and hhmm, hhmmss or hhmmssSSS at once or behind one sign; of 1970 to 2099, since numbers may be many things. */
static bool digits_parse(const char *text, size_t length, int64_t *ns)
{
    char digits[17];
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        bool is_between = n == 8 && i == 8 && is_among(text[i], " T_-");
        if (is_between && i + 1 < length)
            continue;
        if (!is_digit(text[i]) || n == sizeof digits)
            return false;
        digits[n++] = text[i];
    }
    if (n != 8 && n != 12 && n != 14 && n != 17)
        return false;
    memset(digits + n, '0', sizeof digits - n);
    static const int widths[] = {4, 2, 2, 2, 2, 2, 3};
    int part[7];
    place at = {digits, digits + sizeof digits};
    for (int i = 0; i < 7; i++)
        take_number(&at, widths[i], &part[i]);
    civil c = {.year = part[0], .month = part[1], .day = part[2], .hour = part[3],
               .minute = part[4], .second = part[5], .nanosecond = part[6] * 1000000};
    return c.year >= 1970 && c.year < 2100 && civil_to_ns(&c, ns);
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
    case CSV_DATE_DIGITS:
        return digits_parse(text, length, ns);
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
