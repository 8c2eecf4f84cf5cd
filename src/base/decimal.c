/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: digits are gathered into an integer; the binary64 beside it is one exact division or
 * multiplication when the mantissa is below 2^53 and the power of ten is exact (Clinger 1990),
 * else strtod in the C locale, which glibc rounds correctly.
 *
 * Writing: shortest.c finds the digits of a double. */
#include "base/decimal.h"

#include "base/shortest.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    mantissa_digits = 18,
    exponent_max = 300,
    kept_digits = 800, /* more than 767 digits never change a rounding; the rest is "sticky" */
};

static const double exact_tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static double strtod_c(const char *text)
{
    pthread_once(&c_locale_once, c_locale_make);
    return strtod_l(text, NULL, c_locale);
}

double decimal_to_double(int64_t mantissa, int exponent)
{
    if (mantissa >= -((int64_t)1 << 53) && mantissa <= (int64_t)1 << 53) {
        if (exponent <= 0 && exponent >= -22)
            return (double)mantissa / exact_tens[-exponent];
        if (exponent > 0 && exponent <= 22)
            return (double)mantissa * exact_tens[exponent];
    }
    char text[48];
    snprintf(text, sizeof text, "%llde%d", (long long)mantissa, exponent);
    return strtod_c(text);
}

/* A number taken apart. `first` .. `last` span its digits and perhaps the decimal sign. */
typedef struct {
    bool is_negative;
    const char *first, *last;
    int64_t exponent;      /* as written after e */
    uint64_t mantissa;     /* when significant <= 18 */
    size_t significant;    /* digits from the first that is not 0 */
    size_t whole, decimals;
} parts;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static const char *digits_scan(const char *p, const char *end, parts *n)
{
    for (; p < end && is_digit(*p); p++) {
        if (n->significant || *p != '0')
            n->significant++;
        if (n->significant <= mantissa_digits)
            n->mantissa = n->mantissa * 10 + (uint64_t)(*p - '0');
    }
    return p;
}

static bool exponent_scan(const char *p, const char *end, parts *n)
{
    bool is_negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return false;
    int64_t e = 0;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        if (e < 100000000)
            e = e * 10 + (*p - '0');
    }
    n->exponent = is_negative ? -e : e;
    return true;
}

static bool parts_scan(const char *p, const char *end, char sign, parts *n)
{
    *n = (parts){0};
    if (p < end && (*p == '-' || *p == '+'))
        n->is_negative = *p++ == '-';
    n->first = p;
    p = digits_scan(p, end, n);
    n->whole = (size_t)(p - n->first);
    if (p < end && *p == sign) {
        const char *after = ++p;
        p = digits_scan(p, end, n);
        n->decimals = (size_t)(p - after);
    }
    n->last = p;
    if (n->whole + n->decimals == 0)
        return false;
    if (p == end)
        return true;
    return (*p == 'e' || *p == 'E') && exponent_scan(p + 1, end, n);
}

/* Correctly rounded for any number of digits: at most 800 are copied, and a 1 behind them stands
 * for whatever else was not zero. */
static double parts_to_double(const parts *n)
{
    char text[kept_digits + 48];
    size_t length = 0, seen = 0;
    bool is_sticky = false;
    if (n->is_negative)
        text[length++] = '-';
    for (const char *p = n->first; p < n->last; p++) {
        if (!is_digit(*p) || (seen == 0 && *p == '0'))
            continue;
        if (seen++ < kept_digits)
            text[length++] = *p;
        else if (*p != '0')
            is_sticky = true;
    }
    int64_t exponent = n->exponent - (int64_t)n->decimals;
    if (seen > kept_digits)
        exponent += (int64_t)(seen - kept_digits);
    if (is_sticky) {
        text[length++] = '1';
        exponent--;
    }
    if (seen == 0)
        text[length++] = '0';
    snprintf(text + length, sizeof text - length, "e%lld", (long long)exponent);
    return strtod_c(text);
}

decimal_kind decimal_parse(const char *text, size_t length, char sign, decimal *out, double *raw)
{
    parts n;
    if (!parts_scan(text, text + length, sign, &n))
        return DECIMAL_NONE;
    int64_t exponent = n.exponent - (int64_t)n.decimals;
    if (n.significant <= mantissa_digits && n.decimals <= UINT8_MAX && exponent >= -exponent_max &&
        exponent <= exponent_max) {
        int64_t mantissa = n.is_negative ? -(int64_t)n.mantissa : (int64_t)n.mantissa;
        *out = (decimal){mantissa, (int16_t)exponent, (uint8_t)n.decimals};
        if (raw) {
            *raw = decimal_to_double(mantissa, (int)exponent);
            if (mantissa == 0 && n.is_negative)
                *raw = -0.0;
        }
        return DECIMAL_OK;
    }
    double x = parts_to_double(&n);
    if (isinf(x))
        return DECIMAL_NONE;
    if (raw)
        *raw = x;
    return DECIMAL_RAW;
}

bool decimal_rescale(int64_t mantissa, int from_exponent, int to_exponent, int64_t *out)
{
    if (mantissa != 0) {
        for (; from_exponent > to_exponent; from_exponent--) {
            if (__builtin_mul_overflow(mantissa, 10, &mantissa))
                return false;
        }
        for (; from_exponent < to_exponent; from_exponent++) {
            if (mantissa % 10 != 0)
                return false;
            mantissa /= 10;
        }
    }
    *out = mantissa;
    return true;
}

/* The digits of x, at most 20, without an end. Returns how many. */
static int digits_write(uint64_t x, char *out)
{
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + x % 10);
        x /= 10;
    } while (x);
    for (int i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

/* Digits with the decimal sign `point` places from their left (zero or negative: leading
 * zeros are written; beyond their end: trailing ones). */
static size_t plain_write(bool is_negative, const char *digits, int count, int point, int decimals,
                          char *out)
{
    char *p = out;
    if (is_negative)
        *p++ = '-';
    if (point <= 0)
        *p++ = '0';
    for (int i = 0; i < point; i++)
        *p++ = i < count ? digits[i] : '0';
    int places = count - point > decimals ? count - point : decimals;
    if (places > 0)
        *p++ = '.';
    for (int i = point; i < point + places; i++)
        *p++ = i >= 0 && i < count ? digits[i] : '0';
    *p = 0;
    return (size_t)(p - out);
}

static size_t exponent_write(bool is_negative, const char *digits, int count, int point, char *out,
                             size_t room)
{
    int length = snprintf(out, room, "%s%c%s%.*se%+d", is_negative ? "-" : "", digits[0],
                          count > 1 ? "." : "", count - 1, digits + 1, point - 1);
    return (size_t)length;
}

size_t decimal_format(int64_t mantissa, int exponent, int decimals, char *out, size_t room)
{
    char digits[24];
    uint64_t magnitude = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    int count = digits_write(magnitude, digits);
    if (mantissa == 0 && exponent > 0)
        exponent = 0;
    int point = count + exponent;
    int places = -exponent > decimals ? -exponent : decimals;
    int width = (point > 1 ? point : 1) + (places > 0 ? places + 1 : 0) + (mantissa < 0);
    int zeros = exponent + places; /* behind the digits of the mantissa */
    bool is_decimal_again = mantissa == 0 || zeros == 0 || count + zeros <= mantissa_digits;
    if (width <= 40 && is_decimal_again)
        return plain_write(mantissa < 0, digits, count, point, decimals, out);
    return exponent_write(mantissa < 0, digits, count, point, out, room);
}

size_t double_format(double x, char *out, size_t room)
{
    if (isnan(x))
        return (size_t)snprintf(out, room, "nan");
    bool is_negative = signbit(x);
    x = fabs(x);
    if (isinf(x))
        return (size_t)snprintf(out, room, is_negative ? "-inf" : "inf");
    char digits[24];
    uint64_t m = 0;
    int exponent = 0;
    if (x != 0)
        double_shortest(x, &m, &exponent);
    int count = digits_write(m, digits), point = count + exponent;
    if (point > -5 && point <= 16)
        return plain_write(is_negative, digits, count, point, 0, out);
    return exponent_write(is_negative, digits, count, point, out, room);
}

/* m * 10^-k without trailing zeros of its fraction. */
static decimal decimal_trim(int64_t m, int k)
{
    if (k >= 3 && m % 1000 == 0) {
        m /= 1000;
        k -= 3;
    }
    while (k > 0 && m % 10 == 0) {
        m /= 10;
        k--;
    }
    return (decimal){m, (int16_t)-k, (uint8_t)k};
}

static decimal decimal_of_digits(int64_t digits, int exponent)
{
    uint8_t decimals = (uint8_t)(exponent >= 0 ? 0 : exponent < -UINT8_MAX ? UINT8_MAX : -exponent);
    return (decimal){digits, (int16_t)exponent, decimals};
}

/* x = m / 10^k exactly rounded and m < 10^15 has no rival of as few digits. Six places first:
 * most of what is measured has fewer, and taking zeros away is cheaper than trying again. */
static bool decimal_of_places(double x, int k, decimal *out)
{
    double scaled = fabs(x) * exact_tens[k];
    if (!(scaled < 1e15))
        return false;
    int64_t m = (int64_t)(scaled + 0.5);
    if ((double)m / exact_tens[k] != fabs(x) || (m == 0 && x != 0))
        return false;
    *out = decimal_trim(x < 0 ? -m : m, k);
    return true;
}

decimal_kind decimal_from_double(double x, decimal *out)
{
    if (!isfinite(x))
        return DECIMAL_NONE;
    if (decimal_of_places(x, 6, out) || decimal_of_places(x, 0, out))
        return DECIMAL_OK;
    uint64_t m;
    int exponent;
    double_shortest(fabs(x), &m, &exponent);
    *out = decimal_of_digits(x < 0 ? -(int64_t)m : (int64_t)m, exponent);
    return DECIMAL_OK;
}

static bool float_of_places(float x, int k, decimal *out)
{
    double scaled = fabs((double)x) * exact_tens[k];
    if (!(scaled < 1e9))
        return false;
    int64_t m = (int64_t)(scaled + 0.5);
    if ((float)((double)m / exact_tens[k]) != fabsf(x) || (m == 0 && x != 0))
        return false;
    *out = decimal_trim(x < 0 ? -m : m, k);
    return true;
}

decimal_kind decimal_from_float(float x, decimal *out)
{
    if (!isfinite(x))
        return DECIMAL_NONE;
    for (int k = 0; k <= 9; k++) {
        if (float_of_places(x, k, out))
            return DECIMAL_OK;
    }
    char text[40];
    for (int precision = 1; precision <= 9; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, (double)x);
        if (precision < 9 && (float)strtod_c(text) != x)
            continue;
        decimal_kind kind = decimal_parse(text, strlen(text), '.', out, NULL);
        *out = decimal_of_digits(out->mantissa, out->exponent);
        return kind;
    }
    return DECIMAL_NONE;
}

bool decimal_add(const decimal *a, const decimal *b, decimal *out)
{
    int exponent = a->exponent < b->exponent ? a->exponent : b->exponent;
    int64_t x, y, sum;
    if (!decimal_rescale(a->mantissa, a->exponent, exponent, &x) ||
        !decimal_rescale(b->mantissa, b->exponent, exponent, &y) ||
        __builtin_add_overflow(x, y, &sum))
        return false;
    int places = exponent < 0 ? -exponent : 0;
    *out = (decimal){sum, (int16_t)exponent, (uint8_t)(places < 255 ? places : 255)};
    return true;
}
