/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON in its canonical form (RFC 8785): one text, hence one digest, for one value.
 *
 * No blanks; members sorted by the UTF-16 code units of their names; shortest escapes; numbers as
 * ECMAScript writes a binary64 (an integer beyond 2^53 is rounded to one, as the RFC demands: put
 * wider numbers in strings).
 */
#ifndef BASE_JCS_H
#define BASE_JCS_H

#include "base/buf.h"

#include <assay/err.h>
#include <jansson.h>

ASSAY_MUST_USE assay_status jcs_write(const json_t *value, buf *out, assay_err *err);

/* Read I-JSON (RFC 7493): valid UTF-8, no lone surrogates, no duplicate names, numbers that a
 * binary64 can hold; all else is refused, never mended, U+0000 too. Integers become reals. The new
 * value goes to *out. A fault is told with line and column. */
ASSAY_MUST_USE assay_status jcs_read(const char *text, size_t length, json_t **out,
                                     assay_err *err);

/* Read any JSON text (objects, arrays, scalars) as jcs_read does and write its canonical form. */
ASSAY_MUST_USE assay_status jcs_canonical(const char *text, size_t length, buf *out,
                                          assay_err *err);

/* A finite binary64 as ECMAScript's Number::toString. room >= 32. Returns the length, 0 for NaN
 * and infinities, which JSON does not have. */
size_t jcs_number(double x, char *out, size_t room);

#endif
