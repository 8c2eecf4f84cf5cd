/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimal numbers as they were written.
 *
 * value = mantissa * 10^exponent. The mantissa carries no trailing zeros beyond what the
 * text had: "24.50" is 2450 * 10^-2, so exponent == -decimals unless an exponent part was
 * written. Text that does not fit (over 18 significant digits) keeps its nearest binary64 in
 * decimal_raw and is stored as such, never rounded to a shorter decimal in silence.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t mantissa;
    int16_t exponent;
    uint8_t decimals; /* digits after the decimal sign as written */
} decimal;

typedef enum {
    DECIMAL_OK,
    DECIMAL_RAW,  /* a number, but wider than 18 digits or |exponent| > 300: see *raw */
    DECIMAL_NONE, /* not a number: includes "", "nan", "inf" and "1e" */
} decimal_kind;

/* Read all of text[0..length) as [+-]digits[sign digits][(e|E)[+-]digits]; ".1" and "1." are
 * accepted. `sign` is the decimal sign, '.' or ','. No grouping, no blanks. Correctly rounded
 * binary64 in *raw for both OK and RAW (raw may be NULL). Locale plays no part. */
decimal_kind decimal_parse(const char *text, size_t length, char sign, decimal *out, double *raw);

/* Correctly rounded nearest binary64. */
double decimal_to_double(int64_t mantissa, int exponent);

/* Write mantissa * 10^exponent as plain digits with at least `decimals` places ("24.50"). Beyond
 * 40 characters, or where added zeros would make it wider than 18 digits (which would come back as
 * DECIMAL_RAW), the exponent form is used. Returns the length; room >= 64. */
size_t decimal_format(int64_t mantissa, int exponent, int decimals, char *out, size_t room);

/* Shortest text that reads back to the same binary64 ("0.1", "1e+300"; "nan", "inf"). room >= 32. */
size_t double_format(double x, char *out, size_t room);

/* The shortest decimal that reads back to the same binary64, or binary32: 24.5 is 245 * 10^-1.
 * DECIMAL_NONE for NaN and infinities. About 10 ns for what a gauge sends. */
decimal_kind decimal_from_double(double x, decimal *out);
decimal_kind decimal_from_float(float x, decimal *out);

/* a + b, exactly; false when that does not fit. */
bool decimal_add(const decimal *a, const decimal *b, decimal *out);

/* Bring a mantissa to another exponent. False if it does not fit or is not exact. */
bool decimal_rescale(int64_t mantissa, int from_exponent, int to_exponent, int64_t *out);

#endif
