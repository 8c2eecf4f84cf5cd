/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a fraction: decimals where they end, lowest terms where they do not. */
#include <assay/rational.h>

#include "num/wide.h"

#include <string.h>

enum { PLACES = 38 }; /* 10^38 < 2^127 */

/* -- reading ---------------------------------------------------------------------------------- */

typedef struct {
    const char *text;
    size_t length, at;
    assay_err *err;
} scan;

static assay_status unexpected(const scan *s, const char *expected)
{
    assay_status status;
    if (s->at < s->length)
        status = assay_fail(s->err, ASSAY_FORMAT, s->at, "found '%.1s' where %s was expected",
                            s->text + s->at, expected);
    else
        status = assay_fail(s->err, ASSAY_FORMAT, s->at, "the number ends where %s was expected",
                            expected);
    if (s->err)
        s->err->column = (uint32_t)s->at + 1;
    return status;
}

static bool is_digit(const scan *s)
{
    return s->at < s->length && s->text[s->at] >= '0' && s->text[s->at] <= '9';
}

static bool take(scan *s, char c)
{
    bool is_there = s->at < s->length && s->text[s->at] == c;
    s->at += is_there;
    return is_there;
}

/* Digits onto *value; `scale`, when given, is multiplied by ten for each but for trailing zeros,
 * which change nothing and would cost width. */
static assay_status digits(scan *s, int128 *value, int128 *scale)
{
    size_t zeros = 0;
    for (; is_digit(s); s->at++) {
        int digit = s->text[s->at] - '0';
        if (scale && digit == 0) {
            zeros++;
            continue;
        }
        for (size_t i = 0; i <= zeros; i++) {
            bool fits = !__builtin_mul_overflow(*value, 10, value) &&
                        (!scale || !__builtin_mul_overflow(*scale, 10, scale));
            if (!fits || __builtin_add_overflow(*value, i == zeros ? digit : 0, value))
                return assay_fail(s->err, ASSAY_LIMIT, s->at,
                                  "the number does not fit a fraction of 127 bits");
        }
        zeros = 0;
    }
    return ASSAY_OK;
}

static assay_status parse_rest(scan *s, int128 *num, int128 *den)
{
    size_t from = s->at;
    assay_status status = digits(s, num, NULL);
    size_t found = s->at - from;
    if (status != ASSAY_OK)
        return status;
    if (take(s, '.')) {
        from = s->at;
        status = digits(s, num, den);
        found += s->at - from;
    } else if (found && take(s, '/')) {
        if (!is_digit(s))
            return unexpected(s, "a digit");
        *den = 0;
        status = digits(s, den, NULL);
    }
    if (status != ASSAY_OK)
        return status;
    if (found == 0)
        return unexpected(s, "a digit");
    return s->at < s->length ? unexpected(s, "the end of a number") : ASSAY_OK;
}

assay_status assay_rational_parse(const char *text, size_t length, assay_rational *out,
                                  assay_err *err)
{
    scan s = {text, length, 0, err};
    int128 num = 0, den = 1;
    bool is_negative = take(&s, '-');
    if (!is_negative)
        take(&s, '+');
    assay_status status = parse_rest(&s, &num, &den);
    if (status != ASSAY_OK)
        return status;
    return assay_rational_ratio(is_negative ? -num : num, den, out, err);
}

/* -- writing ---------------------------------------------------------------------------------- */

static size_t put(char *out, uint128 value)
{
    char back[40];
    size_t n = 0;
    do
        back[n++] = (char)('0' + (int)(value % 10));
    while (value /= 10);
    for (size_t i = 0; i < n; i++)
        out[i] = back[n - 1 - i];
    return n;
}

/* The fraction as scaled / 10^places, when it ends and scaled fits: then it also reads back. */
static bool is_decimal(assay_rational a, int *places, uint128 *scaled)
{
    int twos = 0, fives = 0;
    int128 rest = a.den, value = a.num < 0 ? -a.num : a.num;
    for (; rest % 2 == 0; rest /= 2)
        twos++;
    for (; rest % 5 == 0; rest /= 5)
        fives++;
    *places = twos > fives ? twos : fives;
    if (rest != 1 || *places > PLACES)
        return false;
    for (int i = twos; i < *places; i++)
        if (__builtin_mul_overflow(value, 2, &value))
            return false;
    for (int i = fives; i < *places; i++)
        if (__builtin_mul_overflow(value, 5, &value))
            return false;
    *scaled = (uint128)value;
    return true;
}

/* scaled / 10^needed with `places` decimals, places >= needed. */
static size_t put_decimal(char *out, uint128 scaled, int needed, int places)
{
    uint128 one = 1;
    for (int i = 0; i < needed; i++)
        one *= 10;
    size_t n = put(out, scaled / one);
    if (places == 0)
        return n;
    out[n++] = '.';
    scaled %= one;
    for (int i = needed - 1; i >= 0; i--, scaled /= 10)
        out[n + (size_t)i] = (char)('0' + (int)(scaled % 10));
    for (int i = needed; i < places; i++)
        out[n + (size_t)i] = '0';
    return n + (size_t)places;
}

size_t assay_rational_format(assay_rational a, int places, char *out, size_t room)
{
    char text[ASSAY_RATIONAL_TEXT];
    uint128 scaled;
    int needed;
    size_t n = 0;
    if (a.num < 0)
        text[n++] = '-';
    if (is_decimal(a, &needed, &scaled)) {
        int wanted = places < PLACES ? places : PLACES;
        n += put_decimal(text + n, scaled, needed, wanted > needed ? wanted : needed);
    } else {
        n += put(text + n, a.num < 0 ? -(uint128)a.num : (uint128)a.num);
        text[n++] = '/';
        n += put(text + n, (uint128)a.den);
    }
    if (room) {
        size_t kept = n < room ? n : room - 1;
        memcpy(out, text, kept);
        out[kept] = 0;
    }
    return n;
}
