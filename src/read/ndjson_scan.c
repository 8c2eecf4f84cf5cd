/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/ndjson_scan.h"

#include <stdint.h>
#include <string.h>

static bool fail(json_scan *s, const char *expected)
{
    if (!s->fault)
        s->fault = expected;
    return false;
}

static void skip_blanks(json_scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
        s->p++;
}

static bool take(json_scan *s, char c, const char *expected)
{
    if (s->p == s->end || *s->p != c)
        return fail(s, expected);
    s->p++;
    return true;
}

/* -- strings ------------------------------------------------------------------------------ */

/* Bytes of `word` that end a plain run: '"', '\\', below 0x20, from 0x80 on. High bit of each. */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
    uint64_t is_quote = (quote - ones) & ~quote, is_slash = (slash - ones) & ~slash;
    uint64_t is_control = (word - ones * 0x20) & ~word;
    return (is_quote | is_slash | is_control | word) & high;
}

static const char *plain_run(const char *p, const char *end)
{
    uint64_t word;
    while (end - p >= 8) {
        memcpy(&word, p, 8);
        uint64_t special = special_bytes(word);
        if (special) /* the lowest flag is exact; borrows only disturb those above it */
            return p + (__builtin_ctzll(special) >> 3);
        p += 8;
    }
    while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return p;
}

static size_t utf8_length(const unsigned char *p, size_t left)
{
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool is_bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
                  (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
    return is_bad ? 0 : n;
}

static bool take_hex(json_scan *s, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, s->p++) {
        char c = s->p < s->end ? *s->p : 0;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return fail(s, "four hexadecimal digits");
        *out = *out << 4 | digit;
    }
    return true;
}

static void add_character(buf *b, uint32_t c)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    char out[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    buf_add(b, out, n);
}

static bool take_unicode(json_scan *s, buf *out)
{
    uint32_t c, low;
    if (!take_hex(s, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (s->end - s->p < 2 || s->p[0] != '\\' || s->p[1] != 'u')
            return fail(s, "the second half of a surrogate pair");
        s->p += 2;
        if (!take_hex(s, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(s, "the second half of a surrogate pair");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c == 0 || (c >= 0xdc00 && c < 0xe000)) {
        return fail(s, "a character");
    }
    add_character(out, c);
    return true;
}

static bool take_escape(json_scan *s, buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = s->p < s->end ? *s->p++ : 0;
    if (c == 'u')
        return take_unicode(s, out);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return fail(s, "an escape as in JSON");
    buf_add_char(out, to[at - from]);
    return true;
}

/* Behind the opening quote. In place as long as no escape comes. */
static bool take_string(json_scan *s, buf *decoded, json_piece *out)
{
    const char *from = s->p;
    bool is_decoded = false;
    for (;;) {
        s->p = plain_run(s->p, s->end);
        if (s->p == s->end || (unsigned char)*s->p < 0x20)
            return fail(s, "the closing quote of a string");
        if ((unsigned char)*s->p >= 0x80) {
            size_t n = utf8_length((const unsigned char *)s->p, (size_t)(s->end - s->p));
            if (!n)
                return fail(s, "UTF-8");
            s->p += n;
            continue;
        }
        if (!is_decoded && *s->p == '\\')
            buf_clear(decoded);
        is_decoded |= *s->p == '\\';
        if (is_decoded)
            buf_add(decoded, from, (size_t)(s->p - from));
        if (*s->p++ == '"')
            break;
        if (!take_escape(s, decoded))
            return false;
        from = s->p;
    }
    *out = is_decoded ? (json_piece){JSON_STRING, buf_text(decoded), decoded->length}
                      : (json_piece){JSON_STRING, from, (size_t)(s->p - 1 - from)};
    return !decoded->failed || fail(s, "less text");
}

/* -- numbers and words ----------------------------------------------------------------------- */

static bool take_digits(json_scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > from || fail(s, "a digit");
}

static bool take_number(json_scan *s, json_piece *out)
{
    const char *from = s->p;
    if (*s->p == '-')
        s->p++;
    if (s->p < s->end && *s->p == '0')
        s->p++;
    else if (!take_digits(s))
        return false;
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!take_digits(s))
            return false;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (!take_digits(s))
            return false;
    }
    *out = (json_piece){JSON_NUMBER, from, (size_t)(s->p - from)};
    return true;
}

static bool take_word(json_scan *s, const char *word, json_kind kind, json_piece *out)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return fail(s, "a JSON value");
    *out = (json_piece){kind, s->p, n};
    s->p += n;
    return true;
}

/* -- values ------------------------------------------------------------------------------------ */

static bool take_value(json_scan *s, int depth, json_piece *out);

static bool skip_members(json_scan *s, int depth, char closing)
{
    json_piece ignored;
    for (bool is_first = true;; is_first = false) {
        skip_blanks(s);
        if (is_first && s->p < s->end && *s->p == closing)
            break;
        if (closing == '}') {
            if (!take(s, '"', "a member name") || !take_string(s, &s->value, &ignored))
                return false;
            skip_blanks(s);
            if (!take(s, ':', "':'"))
                return false;
        }
        if (!take_value(s, depth + 1, &ignored))
            return false;
        skip_blanks(s);
        if (s->p < s->end && *s->p == closing)
            break;
        if (!take(s, ',', closing == '}' ? "',' or '}'" : "',' or ']'"))
            return false;
    }
    s->p++;
    return true;
}

static bool take_nested(json_scan *s, int depth, json_piece *out)
{
    const char *from = s->p;
    if (depth >= JSON_DEPTH_MAX)
        return fail(s, "less nesting");
    char closing = *s->p++ == '{' ? '}' : ']';
    if (!skip_members(s, depth, closing))
        return false;
    *out = (json_piece){JSON_NESTED, from, (size_t)(s->p - from)};
    return true;
}

static bool take_value(json_scan *s, int depth, json_piece *out)
{
    skip_blanks(s);
    if (s->p == s->end)
        return fail(s, "a JSON value");
    switch (*s->p) {
    case '"': s->p++; return take_string(s, &s->value, out);
    case '{':
    case '[': return take_nested(s, depth, out);
    case 't': return take_word(s, "true", JSON_TRUE, out);
    case 'f': return take_word(s, "false", JSON_FALSE, out);
    case 'n': return take_word(s, "null", JSON_NULL, out);
    default: return take_number(s, out);
    }
}

static void begin(json_scan *s, const char *text, size_t length)
{
    s->p = text;
    s->end = text + length;
    s->fault = NULL;
    s->is_first = true;
    skip_blanks(s);
}

bool json_scan_begin(json_scan *s, const char *line, size_t length)
{
    begin(s, line, length);
    return take(s, '{', "an object");
}

bool json_scan_begin_array(json_scan *s, const char *text, size_t length)
{
    begin(s, text, length);
    return take(s, '[', "an array");
}

static bool take_end(json_scan *s)
{
    s->p++;
    skip_blanks(s);
    if (s->p < s->end)
        fail(s, "one object a line");
    return false;
}

bool json_scan_value(json_scan *s, const char *text, size_t length, json_piece *out)
{
    begin(s, text, length);
    if (!take_value(s, 0, out))
        return false;
    skip_blanks(s);
    return s->p == s->end || fail(s, "nothing behind the value");
}

bool json_scan_element(json_scan *s, json_piece *value)
{
    skip_blanks(s);
    if (s->p < s->end && *s->p == ']')
        return take_end(s);
    if (!s->is_first) {
        if (!take(s, ',', "',' or ']'"))
            return false;
        skip_blanks(s);
    }
    s->is_first = false;
    return take_value(s, 1, value);
}

bool json_scan_member(json_scan *s, json_piece *name, json_piece *value)
{
    skip_blanks(s);
    if (s->p < s->end && *s->p == '}')
        return take_end(s);
    if (!s->is_first) {
        if (!take(s, ',', "',' or '}'"))
            return false;
        skip_blanks(s);
    }
    s->is_first = false;
    if (!take(s, '"', "a member name") || !take_string(s, &s->name, name))
        return false;
    skip_blanks(s);
    return take(s, ':', "':'") && take_value(s, 1, value);
}

void json_scan_done(json_scan *s)
{
    buf_done(&s->name);
    buf_done(&s->value);
}
