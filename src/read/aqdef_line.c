/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AQDEF lines, dates and numbers: the smallest pieces, without any state.
 *
 * A public reader of the format spends its time in date parsing libraries and stamps "now" where
 * none is given. Here a date either has one of the listed forms or is none.
 */
#include "read/aqdef.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void aqdef_trim(const char **text, size_t *length)
{
    while (*length && is_blank(**text))
        ++*text, --*length;
    while (*length && is_blank((*text)[*length - 1]))
        --*length;
}

/* Digits at *p, at most nine of them. */
static bool take_number(const char **p, const char *end, uint32_t *out)
{
    const char *from = *p;
    uint32_t n = 0;
    while (*p < end && is_digit(**p) && *p - from < 9)
        n = n * 10 + (uint32_t)(*(*p)++ - '0');
    *out = n;
    return *p > from && (*p == end || !is_digit(**p));
}

static bool take_index(const char **p, const char *end, bool *given, uint32_t *out)
{
    if (*p == end || **p != '/')
        return true;
    ++*p;
    *given = true;
    return take_number(p, end, out);
}

aqdef_line_kind aqdef_line_parse(const char *line, size_t length, aqdef_line *out)
{
    aqdef_trim(&line, &length);
    *out = (aqdef_line){.text = line, .length = length};
    if (!length)
        return AQDEF_BLANK;
    const char *p = line + 1, *end = line + length;
    while (p < end && p < line + 6 && is_digit(*p))
        p++;
    if (*line != 'K' || p - line < 5)
        return AQDEF_RECORD;
    for (const char *digit = line + 1; digit < p; digit++)
        out->key = out->key * 10 + (uint32_t)(*digit - '0');
    bool is_sound = take_index(&p, end, &out->has_index, &out->index) &&
                    take_index(&p, end, &out->has_value, &out->value) &&
                    (p == end || is_blank(*p));
    out->text = p;
    out->length = (size_t)(end - p);
    aqdef_trim(&out->text, &out->length);
    return is_sound ? AQDEF_FIELD : AQDEF_BAD_INDEX;
}

/* -- dates ------------------------------------------------------------------------------ */

typedef struct {
    uint32_t value;
    int digits;
} number;

static bool take(const char **p, const char *end, int most, number *out)
{
    const char *from = *p;
    uint32_t n = 0;
    while (*p < end && is_digit(**p) && *p - from < most)
        n = n * 10 + (uint32_t)(*(*p)++ - '0');
    *out = (number){n, (int)(*p - from)};
    return out->digits > 0 && (*p == end || !is_digit(**p));
}

static bool take_char(const char **p, const char *end, char wanted)
{
    if (*p == end || **p != wanted)
        return false;
    ++*p;
    return true;
}

static bool set_date(civil *c, number year, number month, number day)
{
    if ((year.digits != 2 && year.digits != 4) || month.digits > 2 || day.digits > 2)
        return false;
    c->year = (int)year.value + (year.digits == 4 ? 0 : year.value >= 70 ? 1900 : 2000);
    c->month = (int)month.value;
    c->day = (int)day.value;
    return true;
}

static bool take_date(const char **p, const char *end, civil *c)
{
    number a, b, d;
    if (!take(p, end, 4, &a) || *p == end)
        return false;
    char separator = *(*p)++;
    if (!take(p, end, 4, &b) || !take_char(p, end, separator) || !take(p, end, 4, &d))
        return false;
    switch (separator) {
    case '.': return set_date(c, d, b, a);
    case '/': return set_date(c, d, a, b);
    case '-': return set_date(c, a, b, d);
    default: return false;
    }
}

static bool take_clock(const char **p, const char *end, civil *c)
{
    number hour, minute, second = {0};
    if (!take(p, end, 2, &hour) || !take_char(p, end, ':') || !take(p, end, 2, &minute))
        return false;
    if (take_char(p, end, ':') && !take(p, end, 2, &second))
        return false;
    c->hour = (int)hour.value;
    c->minute = (int)minute.value;
    c->second = (int)second.value;
    return true;
}

bool aqdef_date_parse(const char *text, size_t length, int64_t *ns, int32_t *offset_s,
                      bool *has_clock)
{
    const char *p = text, *end = text + length;
    civil c = {0};
    if (!take_date(&p, end, &c))
        return false;
    bool clock = p < end;
    *has_clock = clock;
    *offset_s = TIME_OFFSET_NONE;
    if (clock) {
        if (*p == 'T')
            return time_parse_iso(text, length, ns, offset_s);
        if (*p != '/' && *p != ' ' && *p != '.')
            return false;
        p++;
        if (!take_clock(&p, end, &c))
            return false;
        if (p < end) /* a fraction or an offset: only the ISO form has them */
            return time_parse_iso(text, length, ns, offset_s);
    }
    return c.hour < 24 && c.minute < 60 && c.second < 60 && civil_to_ns(&c, ns);
}

size_t aqdef_date_format(int64_t wall_ns, char *out, size_t room)
{
    civil c;
    civil_from_ns(wall_ns, &c);
    return (size_t)snprintf(out, room, "%02d.%02d.%04d/%02d:%02d:%02d", c.day, c.month, c.year,
                            c.hour, c.minute, c.second);
}

/* -- numbers ------------------------------------------------------------------------------ */

static void shorten(decimal *d, int places)
{
    int keep = places > 0 ? places : 0;
    while (d->mantissa && d->mantissa % 10 == 0 && d->exponent < -keep) {
        d->mantissa /= 10;
        d->exponent++;
    }
    if (!d->mantissa)
        d->exponent = (int16_t)-keep;
    d->decimals = d->exponent < 0 ? (uint8_t)-d->exponent : 0;
}

decimal_kind aqdef_number_parse(const char *text, size_t length, int places, decimal *out,
                                double *raw)
{
    char sign = memchr(text, ',', length) ? ',' : '.';
    decimal_kind kind = decimal_parse(text, length, sign, out, raw);
    if (kind == DECIMAL_OK && (memchr(text, 'E', length) || memchr(text, 'e', length)))
        shorten(out, places);
    return kind;
}

bool aqdef_quantity_parse(const char *text, quantity *out)
{
    decimal value;
    if (!text || aqdef_number_parse(text, strlen(text), -1, &value, NULL) != DECIMAL_OK)
        return false;
    *out = (quantity){true, value};
    return true;
}
