/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8785 over jansson's values.
 *
 * Shortest digits are found by trying 1, 2, ... 17 places with the C library, which rounds
 * correctly: slow (about a microsecond) and exact. Where the gap below a power of two is half the
 * gap above, the nearest short decimal may miss while its upper neighbour reads back: both are
 * tried. Everything runs in the "C" locale, whatever the program has set.
 */
#include "base/jcs.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 256, DIGITS_MAX = 17 };

/* -- numbers -------------------------------------------------------------------------- */

typedef struct {
    char digits[DIGITS_MAX + 2];
    int count, point; /* value = 0.digits * 10^point */
} shortest;

static bool reads_back(const char *digits, int count, int exponent, double x)
{
    char text[48];
    snprintf(text, sizeof text, "%.*se%d", count, digits, exponent - count + 1);
    return strtod(text, NULL) == x;
}

/* One up in the last place; false if that carries out of the first digit. */
static bool increment(char *digits, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        if (digits[i] != '9') {
            digits[i]++;
            return true;
        }
        digits[i] = '0';
    }
    return false;
}

static void shortest_digits(double x, shortest *out)
{
    for (int count = 1; count <= DIGITS_MAX; count++) {
        char text[48], digits[DIGITS_MAX + 2] = {0};
        snprintf(text, sizeof text, "%.*e", count - 1, x);
        digits[0] = text[0];
        if (count > 1)
            memcpy(digits + 1, text + 2, (size_t)count - 1);
        int exponent = atoi(strchr(text, 'e') + 1);
        bool found = reads_back(digits, count, exponent, x) ||
                     (increment(digits, count) && reads_back(digits, count, exponent, x));
        if (!found)
            continue;
        memcpy(out->digits, digits, sizeof digits);
        out->count = count;
        out->point = exponent + 1;
        while (out->count > 1 && out->digits[out->count - 1] == '0')
            out->count--;
        return;
    }
}

/* ECMA-262, Number::toString, steps 7 to 13 with n = point and k = count. */
static size_t layout(const shortest *s, bool is_negative, char *out, size_t room)
{
    const char *sign = is_negative ? "-" : "";
    int n = s->point, k = s->count, written;
    if (k <= n && n <= 21)
        written = snprintf(out, room, "%s%.*s%.*s", sign, k, s->digits, n - k,
                           "000000000000000000000");
    else if (0 < n && n <= 21)
        written = snprintf(out, room, "%s%.*s.%.*s", sign, n, s->digits, k - n, s->digits + n);
    else if (-6 < n && n <= 0)
        written = snprintf(out, room, "%s0.%.*s%.*s", sign, -n, "000000", k, s->digits);
    else if (k == 1)
        written = snprintf(out, room, "%s%ce%+d", sign, s->digits[0], n - 1);
    else
        written = snprintf(out, room, "%s%c.%.*se%+d", sign, s->digits[0], k - 1, s->digits + 1,
                           n - 1);
    return (size_t)written;
}

size_t jcs_number(double x, char *out, size_t room)
{
    if (!isfinite(x))
        return 0;
    if (x == 0)
        return (size_t)snprintf(out, room, "0");
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return 0;
    locale_t before = uselocale(c_locale);
    shortest s = {.count = 0};
    shortest_digits(fabs(x), &s);
    size_t length = layout(&s, x < 0, out, room);
    uselocale(before);
    freelocale(c_locale);
    return length;
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
    case JSON_OBJECT: return write_object((json_t *)(uintptr_t)value, depth, out, err);
    case JSON_ARRAY: return write_array(value, depth, out, err);
    case JSON_STRING:
        write_text(json_string_value(value), json_string_length(value), out);
        return ASSAY_OK;
    case JSON_INTEGER:
    case JSON_REAL: return write_number(value, out, err);
    case JSON_TRUE: buf_add_text(out, "true"); return ASSAY_OK;
    case JSON_FALSE: buf_add_text(out, "false"); return ASSAY_OK;
    case JSON_NULL: buf_add_text(out, "null"); return ASSAY_OK;
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

assay_status jcs_canonical(const char *text, size_t length, buf *out, assay_err *err)
{
    json_error_t fault;
    json_t *value =
        json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (!value) {
        assay_fail(err, ASSAY_FORMAT, 0, "not JSON: line %d, column %d: %s", fault.line,
                   fault.column, fault.text);
        if (err) {
            err->line = (uint64_t)fault.line;
            err->column = (uint32_t)fault.column;
        }
        return ASSAY_FORMAT;
    }
    assay_status status = jcs_write(value, out, err);
    json_decref(value);
    return status;
}
