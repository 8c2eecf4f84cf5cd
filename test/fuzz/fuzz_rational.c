/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two fractions with a bar between: what is read is written and read back to the same bytes; sum
 * and difference, product and quotient undo each other where they fit; rounding is within half a
 * step. */
#include <assay/rational.h>

#include <stdlib.h>
#include <string.h>

static void same(assay_rational a, assay_rational b)
{
    if (a.num != b.num || a.den != b.den || assay_rational_compare(a, b) != 0)
        abort();
}

static void reads_back(assay_rational a)
{
    char text[ASSAY_RATIONAL_TEXT];
    assay_rational again;
    size_t length = assay_rational_format(a, 0, text, sizeof text);
    if (length >= sizeof text || assay_rational_parse(text, length, &again, NULL) != ASSAY_OK)
        abort();
    same(a, again);
    if (!isfinite(assay_rational_to_double(a)))
        abort();
}

static void undo(assay_rational a, assay_rational b)
{
    assay_rational c, d;
    if (assay_rational_add(a, b, &c, NULL) == ASSAY_OK &&
        assay_rational_sub(c, b, &d, NULL) == ASSAY_OK)
        same(a, d);
    if (b.num && assay_rational_mul(a, b, &c, NULL) == ASSAY_OK &&
        assay_rational_div(c, b, &d, NULL) == ASSAY_OK)
        same(a, d);
    if (assay_rational_compare(a, b) != -assay_rational_compare(b, a))
        abort();
}

static void rounds(assay_rational a, assay_rational step)
{
    assay_rational c, d, twice;
    if (assay_rational_round_half_up(a, step, &c, NULL) != ASSAY_OK ||
        assay_rational_sub(a, c, &d, NULL) != ASSAY_OK ||
        assay_rational_mul(d, assay_rational_of(2), &twice, NULL) != ASSAY_OK)
        return;
    if (assay_rational_compare(twice, step) > 0 ||
        assay_rational_compare(assay_rational_negate(twice), step) > 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *bar = memchr(text, '|', size);
    size_t first = bar ? (size_t)(bar - text) : size;
    assay_rational a, b;
    assay_err err;
    if (assay_rational_parse(text, first, &a, &err) != ASSAY_OK)
        return 0;
    reads_back(a);
    if (!bar || assay_rational_parse(bar + 1, size - first - 1, &b, &err) != ASSAY_OK)
        return 0;
    undo(a, b);
    rounds(a, b);
    return 0;
}
