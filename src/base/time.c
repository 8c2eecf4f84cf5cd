/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar arithmetic after Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin
 * in March, so that the leap day is the last of its year. */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000

static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, civil *out)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    out->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = (int)(year_of_era + era * 400 + (out->month <= 2));
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool is_real_date(const civil *c)
{
    return c->year >= 1677 && c->year <= 2262 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59 &&
           c->nanosecond >= 0 && c->nanosecond < NS_PER_S;
}

bool civil_to_ns(const civil *c, int64_t *ns)
{
    if (!is_real_date(c))
        return false;
    int64_t seconds = days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
                      c->minute * 60 + c->second;
    __int128 wide = (__int128)seconds * NS_PER_S + c->nanosecond;
    if (wide <= INT64_MIN || wide > INT64_MAX)
        return false;
    *ns = (int64_t)wide;
    return true;
}

void civil_from_ns(int64_t ns, civil *out)
{
    int64_t seconds = ns / NS_PER_S, rest = ns % NS_PER_S;
    if (rest < 0) {
        rest += NS_PER_S;
        seconds--;
    }
    int64_t days = seconds / 86400, second = seconds % 86400;
    if (second < 0) {
        second += 86400;
        days--;
    }
    civil_from_days(days, out);
    out->hour = (int)(second / 3600);
    out->minute = (int)(second / 60 % 60);
    out->second = (int)(second % 60);
    out->nanosecond = (int32_t)rest;
}

/* A reading position that only moves on success. */
typedef struct {
    const char *p, *end;
} cursor;

static bool take_number(cursor *c, int digits, int *out)
{
    if (c->end - c->p < digits)
        return false;
    int value = 0;
    for (int i = 0; i < digits; i++) {
        unsigned digit = (unsigned char)c->p[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = value * 10 + (int)digit;
    }
    c->p += digits;
    *out = value;
    return true;
}

static bool take_char(cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* Up to nine digits count; more are accepted only as zeros, for nothing is rounded here. */
static bool take_fraction(cursor *c, int32_t *nanosecond)
{
    const char *start = c->p;
    int32_t value = 0, scale = NS_PER_S;
    for (; c->p < c->end && (unsigned char)(*c->p - '0') <= 9; c->p++) {
        if (scale == 1 && *c->p != '0')
            return false;
        if (scale > 1) {
            value = value * 10 + (*c->p - '0');
            scale /= 10;
        }
    }
    *nanosecond = value * scale;
    return c->p > start;
}

static bool take_clock(cursor *c, civil *out)
{
    if (!take_number(c, 2, &out->hour) || !take_char(c, ':') || !take_number(c, 2, &out->minute))
        return false;
    if (!take_char(c, ':'))
        return true;
    if (!take_number(c, 2, &out->second))
        return false;
    if (take_char(c, '.') || take_char(c, ','))
        return take_fraction(c, &out->nanosecond);
    return true;
}

/* Z, +hh:mm, +hhmm or +hh; nothing leaves the offset unknown. */
static bool take_offset(cursor *c, int32_t *offset_s)
{
    *offset_s = TIME_OFFSET_NONE;
    if (c->p == c->end)
        return true;
    if (take_char(c, 'Z') || take_char(c, 'z')) {
        *offset_s = 0;
        return true;
    }
    bool is_west = *c->p == '-';
    int hour, minute = 0;
    if ((!take_char(c, '+') && !take_char(c, '-')) || !take_number(c, 2, &hour))
        return false;
    take_char(c, ':');
    if (c->p < c->end && !take_number(c, 2, &minute))
        return false;
    if (hour > 18 || minute > 59)
        return false;
    *offset_s = (is_west ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

bool time_parse_iso(const char *text, size_t length, int64_t *ns, int32_t *offset_s)
{
    cursor c = {text, text + length};
    civil when = {0};
    int32_t offset = TIME_OFFSET_NONE;
    if (!take_number(&c, 4, &when.year) || !take_char(&c, '-') ||
        !take_number(&c, 2, &when.month) || !take_char(&c, '-') || !take_number(&c, 2, &when.day))
        return false;
    if (c.p < c.end) {
        if (!take_char(&c, 'T') && !take_char(&c, 't') && !take_char(&c, ' '))
            return false;
        if (!take_clock(&c, &when) || !take_offset(&c, &offset) || c.p != c.end)
            return false;
    }
    int64_t wall;
    if (!civil_to_ns(&when, &wall))
        return false;
    if (offset != TIME_OFFSET_NONE &&
        __builtin_sub_overflow(wall, (int64_t)offset * NS_PER_S, &wall))
        return false;
    *ns = wall;
    *offset_s = offset;
    return true;
}

static char *put_digits(char *p, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return p + digits;
}

static char *put_fraction(char *p, int32_t nanosecond)
{
    if (nanosecond == 0)
        return p;
    *p++ = '.';
    if (nanosecond % 1000000 == 0)
        return put_digits(p, nanosecond / 1000000, 3);
    if (nanosecond % 1000 == 0)
        return put_digits(p, nanosecond / 1000, 6);
    return put_digits(p, nanosecond, 9);
}

static char *put_offset(char *p, int32_t offset_s)
{
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    *p++ = offset_s < 0 ? '-' : '+';
    p = put_digits(p, minutes / 60, 2);
    *p++ = ':';
    return put_digits(p, minutes % 60, 2);
}

size_t time_format(int64_t ns, int32_t offset_s, char *out, size_t room)
{
    if (room < 40 || ns == TIME_NONE) {
        if (room)
            *out = 0;
        return 0;
    }
    bool has_offset = offset_s != TIME_OFFSET_NONE;
    int64_t wall = ns;
    /* RFC 3339 offsets are whole minutes; the seconds of old local mean times stay in UTC. */
    if (has_offset && __builtin_add_overflow(ns, (int64_t)(offset_s / 60 * 60) * NS_PER_S, &wall)) {
        has_offset = false;
        wall = ns;
    }
    civil c;
    civil_from_ns(wall, &c);
    char *p = put_digits(out, c.year, 4);
    *p++ = '-';
    p = put_digits(p, c.month, 2);
    *p++ = '-';
    p = put_digits(p, c.day, 2);
    *p++ = 'T';
    p = put_digits(p, c.hour, 2);
    *p++ = ':';
    p = put_digits(p, c.minute, 2);
    *p++ = ':';
    p = put_digits(p, c.second, 2);
    p = put_fraction(p, c.nanosecond);
    if (has_offset)
        p = put_offset(p, offset_s);
    else
        *p++ = 'Z';
    *p = 0;
    return (size_t)(p - out);
}

bool time_span_read(const char *text, uint32_t *seconds)
{
    static const struct {
        const char *word;
        uint32_t seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    uint64_t count = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && count < 1u << 30; p++)
        count = count * 10 + (uint64_t)(*p - '0');
    for (size_t i = 0; p > text && i < sizeof units / sizeof *units; i++) {
        uint64_t whole = count * units[i].seconds;
        if (strcmp(p, units[i].word) == 0 && whole > 0 && whole <= 366 * 86400) {
            *seconds = (uint32_t)whole;
            return true;
        }
    }
    return false;
}

int64_t time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}
