/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/xlsx_style.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- formats ----------------------------------------------------------------------------------- */

/* Behind what stands for itself at p: "text", \x, _x, *x, [Red]; p itself where there is no such
 * thing. */
static const char *behind_literal(const char *p)
{
    if (*p == '"' || *p == '[') {
        const char *end = strchr(p + 1, *p == '"' ? '"' : ']');
        return end ? end + 1 : p + strlen(p);
    }
    return strchr("\\_*", *p) && p[1] ? p + 2 : p;
}

/* "[h]:mm" is how long something took, not when it was. */
static bool is_elapsed(const char *p)
{
    return p[0] == '[' && p[1] && strchr("hHmMsS", p[1]) && p[strspn(p + 1, "hHmMsS") + 1] == ']';
}

xlsx_style xlsx_style_of_code(const char *code)
{
    xlsx_style s = {0};
    bool has_month = false, is_fraction = false;
    for (const char *p = code; *p && *p != ';';) {
        if (is_elapsed(p))
            return (xlsx_style){0};
        const char *next = behind_literal(p);
        if (next != p) {
            p = next;
            continue;
        }
        s.has_date |= strchr("yYdD", *p) != NULL;
        s.has_clock |= strchr("hHsS", *p) != NULL;
        has_month |= *p == 'm' || *p == 'M';
        is_fraction |= *p == '.';
        if (is_fraction && *p == '0' && s.decimals < 15)
            s.decimals++;
        if (strchr("Ee%/?",
                   *p)) { /* a power, hundredths, a fraction: not how the number was typed */
            is_fraction = false;
            s.decimals = 0;
        }
        p++;
    }
    s.has_date |= has_month && !s.has_clock;
    if (s.has_date || s.has_clock)
        s.decimals = 0;
    return s;
}

xlsx_style xlsx_style_of_number(uint32_t n)
{
    bool is_date = (n >= 14 && n <= 17) || (n >= 27 && n <= 31) || n == 34 || n == 35 || n == 36 ||
                   (n >= 50 && n <= 58);
    bool is_clock = (n >= 18 && n <= 21) || n == 32 || n == 33 || n == 45 || n == 47;
    bool is_either = n == 22 || n == 34 || n == 35 || n == 55 || n == 56;
    bool has_two = n == 2 || n == 4 || n == 39 || n == 40;
    return (xlsx_style){is_date || is_either, is_clock || is_either, has_two ? 2 : 0};
}

/* -- numbers ----------------------------------------------------------------------------------- */

/* Excel counts the 29th of February of 1900, which never was; milliseconds are what a day's
 * fraction holds exactly. False: no day of these years. */
static bool moment_of(double days, bool is_1904, civil *out)
{
    const double ms_a_day = 86400000;
    if (!(days >= 0 && days < 130000))
        return false;
    int64_t ms = (int64_t)llround(days * ms_a_day);
    int64_t from_1970 = is_1904 ? 24107 : days < 60 ? 25568 : 25569;
    civil_from_ns((ms - from_1970 * (int64_t)ms_a_day) * 1000000, out);
    return true;
}

static const char *moment_text(double days, xlsx_style style, bool is_1904,
                               char room[static XLSX_TEXT])
{
    civil c;
    bool is_clock = style.has_clock && days < 1;
    if ((style.has_clock && !style.has_date && days >= 1 && days < 366) ||
        !moment_of(days, is_1904, &c))
        return NULL; /* more than a day, and no date: a span */
    int32_t ms = c.nanosecond / 1000000;
    bool has_clock = style.has_clock || c.hour || c.minute || c.second || ms;
    int n = is_clock ? 0 : snprintf(room, XLSX_TEXT, "%04d-%02d-%02d", c.year, c.month, c.day);
    if (has_clock)
        n += snprintf(room + n, (size_t)(XLSX_TEXT - n), "%s%02d:%02d:%02d", is_clock ? "" : "T",
                      c.hour, c.minute, c.second);
    if (has_clock && ms)
        snprintf(room + n, (size_t)(XLSX_TEXT - n), ".%03d", ms);
    return room;
}

/* A number that was written with 17 digits (9.9000000000000004) is the one with 15 that people
 * typed. */
static const char *shortened(const char *value, double x, char room[static XLSX_TEXT])
{
    size_t digits = 0;
    for (const char *p = value; *p && *p != 'e' && *p != 'E'; p++)
        digits += *p >= '0' && *p <= '9';
    if (digits <= 15)
        return value;
    snprintf(room, XLSX_TEXT, "%.15g", x);
    return room;
}

const char *xlsx_number_text(const char *value, xlsx_style style, bool is_1904,
                             char room[static XLSX_TEXT])
{
    char *end, typed[XLSX_TEXT];
    double x = strtod(value, &end);
    if (!*value || *end || !isfinite(x))
        return value;
    if (style.has_date || style.has_clock) {
        const char *moment = moment_text(x, style, is_1904, room);
        if (moment)
            return moment;
    }
    const char *text = shortened(value, x, typed), *point = strchr(text, '.');
    size_t length = strlen(text), decimals = point ? strlen(point + 1) : 0;
    if (length + style.decimals + 2 > XLSX_TEXT)
        return value;
    memcpy(room, text, length + 1);
    if (decimals < style.decimals && !strpbrk(text, "eE"))
        snprintf(room + length, XLSX_TEXT - length, "%s%.*s", point ? "" : ".",
                 (int)(style.decimals - decimals), "000000000000000");
    return room;
}
