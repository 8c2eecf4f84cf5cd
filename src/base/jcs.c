/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8785 over jansson's values. The digits of a number are those of shortest.c. */
#include "base/jcs.h"

#include "base/shortest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 256, DIGITS_MAX = 17 };

/* -- numbers -------------------------------------------------------------------------- */

typedef struct {
    char digits[DIGITS_MAX + 2];
    int count, point; /* value = 0.digits * 10^point */
} shortest;

/* ECMA-262, Number::toString, steps 7 to 13 with n = point and k = count. */
static size_t layout(const shortest *s, bool is_negative, char *out, size_t room)
{
    const char *sign = is_negative ? "-" : "";
    int n = s->point, k = s->count, written;
    if (k <= n && n <= 21)
        written =
            snprintf(out, room, "%s%.*s%.*s", sign, k, s->digits, n - k, "000000000000000000000");
    else if (0 < n && n <= 21)
        written = snprintf(out, room, "%s%.*s.%.*s", sign, n, s->digits, k - n, s->digits + n);
    else if (-6 < n && n <= 0)
        written = snprintf(out, room, "%s0.%.*s%.*s", sign, -n, "000000", k, s->digits);
    else if (k == 1)
        written = snprintf(out, room, "%s%ce%+d", sign, s->digits[0], n - 1);
    else
        written =
            snprintf(out, room, "%s%c.%.*se%+d", sign, s->digits[0], k - 1, s->digits + 1, n - 1);
    return (size_t)written;
}

size_t jcs_number(double x, char *out, size_t room)
{
    if (!isfinite(x))
        return 0;
    if (fabs(x) < 1e15 && x == trunc(x))
        return (size_t)snprintf(out, room, "%lld", (long long)x);
    shortest s;
    uint64_t digits;
    int exponent;
    double_shortest(fabs(x), &digits, &exponent);
    s.count = snprintf(s.digits, sizeof s.digits, "%llu", (unsigned long long)digits);
    s.point = s.count + exponent;
    return layout(&s, x < 0, out, room);
}

/* -- texts ---------------------------------------------------------------------------- */

static void write_text(const char *text, size_t length, buf *out)
{
    static const char *const short_form[32] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};
    buf_add_char(out, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)c);
        } else if (c >= 32) {
            buf_add_char(out, (char)c);
        } else if (short_form[c]) {
            buf_add_text(out, short_form[c]);
        } else {
            buf_addf(out, "\\u%04x", c);
        }
    }
    buf_add_char(out, '"');
}

/* UTF-16 order differs from byte order in one place only: U+E000..U+FFFF (lead bytes EE, EF)
 * come after the surrogate pairs of what UTF-8 writes with lead bytes F0 and up. */
static int unit_rank(unsigned char c)
{
    return c >= 0xF0 ? c - 0x02 : c >= 0xEE ? c + 0x10 : c;
}

static int compare_names(const void *a, const void *b)
{
    const unsigned char *x = *(const unsigned char *const *)a;
    const unsigned char *y = *(const unsigned char *const *)b;
    while (*x && *x == *y)
        x++, y++;
    return unit_rank(*x) - unit_rank(*y);
}

/* -- values --------------------------------------------------------------------------- */

static assay_status write_value(const json_t *value, int depth, buf *out, assay_err *err);

static assay_status write_object(json_t *object, int depth, buf *out, assay_err *err)
{
    size_t n = json_object_size(object), i = 0;
    const char **names = malloc((n ? n : 1) * sizeof *names);
    if (!names)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu member names", n);
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
        names[i++] = json_object_iter_key(it);
    qsort(names, n, sizeof *names, compare_names);
    assay_status status = ASSAY_OK;
    buf_add_char(out, '{');
    for (i = 0; i < n && !status; i++) {
        if (i)
            buf_add_char(out, ',');
        write_text(names[i], strlen(names[i]), out);
        buf_add_char(out, ':');
        status = write_value(json_object_get(object, names[i]), depth + 1, out, err);
    }
    buf_add_char(out, '}');
    free(names);
    return status;
}

static assay_status write_array(const json_t *array, int depth, buf *out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    buf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(array) && !status; i++) {
        if (i)
            buf_add_char(out, ',');
        status = write_value(json_array_get(array, i), depth + 1, out, err);
    }
    buf_add_char(out, ']');
    return status;
}

static assay_status write_number(const json_t *value, buf *out, assay_err *err)
{
    char text[64];
    size_t length = jcs_number(json_number_value(value), text, sizeof text);
    if (!length)
        return assay_fail(err, ASSAY_DOMAIN, 0, "JSON has no infinite or undefined number");
    buf_add(out, text, length);
    return ASSAY_OK;
}

static assay_status write_value(const json_t *value, int depth, buf *out, assay_err *err)
{
    if (depth > DEPTH_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "JSON nested deeper than %d", DEPTH_MAX);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return write_object((json_t *)(uintptr_t)value, depth, out, err);
    case JSON_ARRAY:
        return write_array(value, depth, out, err);
    case JSON_STRING:
        write_text(json_string_value(value), json_string_length(value), out);
        return ASSAY_OK;
    case JSON_INTEGER:
    case JSON_REAL:
        return write_number(value, out, err);
    case JSON_TRUE:
        buf_add_text(out, "true");
        return ASSAY_OK;
    case JSON_FALSE:
        buf_add_text(out, "false");
        return ASSAY_OK;
    case JSON_NULL:
        buf_add_text(out, "null");
        return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_FORMAT, 0, "not a JSON value");
}

assay_status jcs_write(const json_t *value, buf *out, assay_err *err)
{
    assay_status status = write_value(value, 0, out, err);
    if (!status && out->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for canonical JSON");
    return status;
}

assay_status jcs_read(const char *text, size_t length, json_t **out, assay_err *err)
{
    static const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL;
    json_error_t fault;
    json_t *value = json_loadb(text, length, flags, &fault);
    if (value) {
        *out = value;
        return ASSAY_OK;
    }
    if (json_error_code(&fault) == json_error_out_of_memory)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for JSON");
    assay_fail(err, ASSAY_FORMAT, 0, "not JSON: line %d, column %d: %s", fault.line, fault.column,
               fault.text);
    if (err) {
        err->line = (uint64_t)fault.line;
        err->column = (uint32_t)fault.column;
    }
    return ASSAY_FORMAT;
}

assay_status jcs_canonical(const char *text, size_t length, buf *out, assay_err *err)
{
    json_t *value;
    assay_status status = jcs_read(text, length, &value, err);
    if (status)
        return status;
    status = jcs_write(value, out, err);
    json_decref(value);
    return status;
}
