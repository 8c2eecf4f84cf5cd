/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people and programs write them, and what stands where one is missing. */
#include "read/csv.h"

#include <string.h>
#include <strings.h>

enum { GROUPED_MAX = 40 };

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* The text without the signs between its thousands; 0: it has none, or it is not sure that they are such.
 * "1,234" alone may as well be 1.234 of another country: a decimal sign or a second group must be there. */
static size_t ungroup(const char *text, size_t length, char point, char out[static GROUPED_MAX])
{
    const char other = point == ',' ? '.' : ',';
    char sign = 0;
    size_t n = 0, digits = 0, groups = 0, i = 0;
    bool has_decimal = false;
    if (length > GROUPED_MAX)
        return 0;
    if (length && (text[0] == '-' || text[0] == '+'))
        out[n++] = text[i++];
    for (; i < length; i++) {
        if (is_digit(text[i])) {
            out[n++] = text[i];
            digits++;
            continue;
        }
        bool is_sign = !has_decimal && (sign ? text[i] == sign : text[i] == other || text[i] == '\'');
        if (!is_sign && (text[i] != point || has_decimal))
            return 0;
        if (groups || !is_sign ? digits != 3 : digits < 1 || digits > 3)
            return 0;
        groups += is_sign;
        sign = is_sign ? text[i] : sign;
        has_decimal |= !is_sign;
        digits = 0;
        if (!is_sign)
            out[n++] = point;
    }
    bool is_whole = has_decimal || digits == 3;
    return is_whole && groups && (has_decimal || groups > 1 || sign == '\'') ? n : 0;
}

decimal_kind csv_number_parse(const char *text, size_t length, char sign, decimal *out, double *raw)
{
    char digits[GROUPED_MAX];
    decimal_kind kind = decimal_parse(text, length, sign, out, raw);
    size_t n = kind == DECIMAL_NONE ? ungroup(text, length, sign, digits) : 0;
    return n ? decimal_parse(digits, n, sign, out, raw) : kind;
}

bool csv_is_missing(const char *text, size_t length)
{
    static const char *const words[] = {"NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null",
                                        "None", "-", "--", "*", "?", "#N/A"};
    if (length == 0)
        return true;
    for (size_t i = 0; length <= 4 && i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return true;
    }
    return false;
}

bool csv_is_not_finite(const char *text, size_t length)
{
    static const char *const words[] = {"inf", "infinity", "nan", "nan(ind)", "1.#inf", "1.#qnan",
                                        "1.#ind", "#div/0!", "#num!", "#value!", "\xE2\x88\x9E"};
    if (length > 0 && (*text == '-' || *text == '+')) {
        text++;
        length--;
    }
    for (size_t i = 0; length <= 8 && i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == length && strncasecmp(words[i], text, length) == 0)
            return true;
    }
    return false;
}
