/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact fractions: what decides a gate is never a binary float (docs/method/rational.md).
 *
 * A value is num/den in lowest terms, den > 0, |num| and den < 2^127; {0, 1} is zero. One value
 * has one form, so equal numbers are equal bytes. Arithmetic is exact or fails: a result that does
 * not fit is ASSAY_LIMIT, never rounded in silence. Memory is the caller's; nothing is allocated.
 * A struct filled by hand must be in lowest terms; assay_rational_ratio brings it there.
 */
#ifndef ASSAY_RATIONAL_H
#define ASSAY_RATIONAL_H

#include <assay/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    assay_int128 num, den;
} assay_rational;

/* What a rounding does with the part beyond the step. */
typedef enum {
    ASSAY_ROUND_HALF_UP,   /* nearest; a tie goes away from zero (school, Java, Python decimal) */
    ASSAY_ROUND_HALF_EVEN, /* nearest; a tie goes to the even multiple */
    ASSAY_ROUND_FLOOR,     /* towards minus infinity */
    ASSAY_ROUND_CEILING,   /* towards plus infinity */
    ASSAY_ROUND_TRUNCATE   /* towards zero */
} assay_rounding;

/* Room for the text of any fraction and its end. */
#define ASSAY_RATIONAL_TEXT 96

ASSAY_PUBLIC assay_rational assay_rational_of(int64_t whole);

/* num/den brought to lowest terms.
 * Errors  ASSAY_DOMAIN  den is 0;  ASSAY_LIMIT  num or den is -2^127 */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_ratio(assay_int128 num, assay_int128 den,
                                                              assay_rational *out, assay_err *err);

/* mantissa * 10^exponent, as measurements are stored.
 * Errors  ASSAY_MISSING  the mantissa is ASSAY_MANTISSA_MISSING;  ASSAY_LIMIT  does not fit */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_of_decimal(int64_t mantissa, int exponent,
                                                                   assay_rational *out,
                                                                   assay_err *err);

/* Read all of text[0..length): [+-]digits[.digits] or [+-]digits/digits. No blanks, no exponent, no
 * grouping; ".5" and "5." are accepted.
 * Errors  ASSAY_FORMAT  not that (err->column counts bytes from 1);  ASSAY_DOMAIN  n/0;
 *         ASSAY_LIMIT   more than 127 bits */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_parse(const char *text, size_t length,
                                                              assay_rational *out, assay_err *err);

/* -1, 0, 1; exact for all values, cannot fail. */
ASSAY_PUBLIC int assay_rational_compare(assay_rational a, assay_rational b);
ASSAY_PUBLIC int assay_rational_sign(assay_rational a);
ASSAY_PUBLIC bool assay_rational_is_whole(assay_rational a);
ASSAY_PUBLIC assay_rational assay_rational_negate(assay_rational a);

/* Errors  ASSAY_LIMIT  the result has more than 127 bits above or below the bar
 *         ASSAY_DOMAIN  division by zero
 * out may be one of the arguments' addresses. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_add(assay_rational a, assay_rational b,
                                                            assay_rational *out, assay_err *err);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_sub(assay_rational a, assay_rational b,
                                                            assay_rational *out, assay_err *err);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_mul(assay_rational a, assay_rational b,
                                                            assay_rational *out, assay_err *err);
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_div(assay_rational a, assay_rational b,
                                                            assay_rational *out, assay_err *err);

/* The multiple of `step` (> 0; 1/100 rounds to cents, 5 to fives) that `how` chooses.
 * Errors  ASSAY_DOMAIN  step <= 0, or no such rounding;  ASSAY_LIMIT */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_round(assay_rational a, assay_rational step,
                                                              assay_rounding how,
                                                              assay_rational *out, assay_err *err);

/* Half-up: assay_rational_round with ASSAY_ROUND_HALF_UP. */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_rational_round_half_up(assay_rational a,
                                                                      assay_rational step,
                                                                      assay_rational *out,
                                                                      assay_err *err);

/* The one exact text of a value, which assay_rational_parse reads back: plain digits when the
 * fraction ends within 38 places ("87.5") and its digits fit 127 bits, else lowest terms ("263/3").
 * `places` (0 .. 38) is the least number of decimals shown ("87.50"); the canonical text has places
 * = 0. Returns the length; room >= ASSAY_RATIONAL_TEXT. */
ASSAY_PUBLIC size_t assay_rational_format(assay_rational a, int places, char *out, size_t room);

/* Correctly rounded binary64, for figures shown and never for decisions. */
ASSAY_PUBLIC double assay_rational_to_double(assay_rational a);

#ifdef __cplusplus
}
#endif
#endif
