/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer keeps one small buffer of reasons per open object and no other state. */
#include "base/json.h"

#include "base/decimal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { FLUSH_AT = 64 * 1024 };

void json_init(json *j, buf *out, json_sink *sink, void *context)
{
    *j = (json){.out = out, .sink = sink, .context = context};
}

static void flush(json *j)
{
    if (!j->sink || j->failed)
        return;
    if (j->out->failed || !j->sink(buf_text(j->out), j->out->length, j->context))
        j->failed = true;
    buf_clear(j->out);
}

bool json_done(json *j)
{
    for (int i = 0; i < JSON_DEPTH; i++)
        buf_done(&j->level[i].why);
    buf_add_char(j->out, '\n');
    flush(j);
    return !j->failed && !j->out->failed;
}

static void new_line(json *j)
{
    buf_add_char(j->out, '\n');
    for (int i = 0; i < j->depth; i++)
        buf_add_text(j->out, "  ");
}

/* What stands between the previous thing and this one. */
static void separate(json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth == 0)
        return;
    bool is_flat = j->level[j->depth - 1].is_flat;
    if (j->level[j->depth - 1].is_filled)
        buf_add_text(j->out, is_flat ? ", " : ",");
    j->level[j->depth - 1].is_filled = true;
    if (!is_flat)
        new_line(j);
}

static void begin(json *j, char open, char end, bool is_flat)
{
    separate(j);
    assert(j->depth < JSON_DEPTH);
    buf_add_char(j->out, open);
    buf_clear(&j->level[j->depth].why);
    bool outer_is_flat = j->depth > 0 && j->level[j->depth - 1].is_flat;
    j->level[j->depth].end = end;
    j->level[j->depth].is_filled = false;
    j->level[j->depth].is_flat = is_flat || outer_is_flat;
    j->depth++;
}

void json_object(json *j)
{
    begin(j, '{', '}', false);
}

void json_flat_object(json *j)
{
    begin(j, '{', '}', true);
}

void json_array(json *j)
{
    begin(j, '[', ']', false);
}

void json_flat_array(json *j)
{
    begin(j, '[', ']', true);
}

static void end_with_reasons(json *j)
{
    buf *why = &j->level[j->depth - 1].why;
    if (!why->length)
        return;
    json_key(j, "why");
    buf_add_char(j->out, '{');
    buf_add(j->out, why->data, why->length);
    buf_add_char(j->out, '}');
    j->after_key = false;
    buf_clear(why);
}

void json_end(json *j)
{
    assert(j->depth > 0 && !j->after_key);
    end_with_reasons(j);
    j->depth--;
    if (j->level[j->depth].is_filled && !j->level[j->depth].is_flat)
        new_line(j);
    buf_add_char(j->out, j->level[j->depth].end);
    if (j->out->length > FLUSH_AT)
        flush(j);
}

void json_key(json *j, const char *key)
{
    assert(j->depth > 0 && j->level[j->depth - 1].end == '}' && !j->after_key);
    separate(j);
    json_quote(j->out, key, strlen(key));
    buf_add_text(j->out, ": ");
    j->after_key = true;
}

/* Length of the well-formed UTF-8 sequence at text, or 0. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    unsigned char c = text[0];
    size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3
             : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool is_overlong = (c == 0xe0 && text[1] < 0xa0) || (c == 0xf0 && text[1] < 0x90);
    bool is_outside = (c == 0xed && text[1] > 0x9f) || (c == 0xf4 && text[1] > 0x8f);
    return is_overlong || is_outside ? 0 : n;
}

/* Bytes that stand for themselves. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void quote_ascii(buf *out, unsigned char c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = letters; *p; p += 2)
        if (c == (unsigned char)p[0]) {
            buf_add_char(out, '\\');
            buf_add_char(out, p[1]);
            return;
        }
    if (c < 0x20 || c == 0x7f)
        buf_addf(out, "\\u%04x", c);
    else
        buf_add_char(out, (char)c);
}

/* Nearly every text: as it is, between its marks. */
static bool quote_plain(buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_plain((unsigned char)text[i]))
            return false;
    if (!buf_reserve(out, length + 2))
        return true;
    char *to = out->data + out->length;
    *to = '"';
    memcpy(to + 1, text, length);
    memcpy(to + 1 + length, "\"", 2);
    out->length += length + 2;
    return true;
}

void json_quote(buf *out, const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    if (quote_plain(out, text, length))
        return;
    buf_add_char(out, '"');
    while (p < end) {
        const unsigned char *from = p;
        while (p < end && is_plain(*p))
            p++;
        buf_add(out, from, (size_t)(p - from));
        if (p == end)
            break;
        size_t n = utf8_length(p, (size_t)(end - p));
        if (n == 1)
            quote_ascii(out, *p);
        else if (n == 0)
            buf_add_text(out, "\xef\xbf\xbd");
        else
            buf_add(out, p, n);
        p += n ? n : 1;
    }
    buf_add_char(out, '"');
}

void json_text(json *j, const char *text)
{
    separate(j);
    if (text)
        json_quote(j->out, text, strlen(text));
    else
        buf_add_text(j->out, "null");
}

void json_raw(json *j, const char *text)
{
    separate(j);
    buf_add_text(j->out, text);
}

void json_bool(json *j, bool value)
{
    separate(j);
    buf_add_text(j->out, value ? "true" : "false");
}

void json_integer(json *j, int64_t value)
{
    json_decimal(j, value, 0, 0);
}

void json_unsigned(json *j, uint64_t value)
{
    if (value <= INT64_MAX) {
        json_decimal(j, (int64_t)value, 0, 0);
        return;
    }
    separate(j);
    buf_addf(j->out, "%" PRIu64, value);
}

void json_null(json *j)
{
    separate(j);
    buf_add_text(j->out, "null");
}

void json_real(json *j, double value)
{
    char text[32];
    separate(j);
    if (isfinite(value))
        buf_add(j->out, text, double_format(value, text, sizeof text));
    else
        buf_add_text(j->out, "null");
}

void json_decimal(json *j, int64_t mantissa, int exponent, int decimals)
{
    char text[64];
    separate(j);
    buf_add(j->out, text, decimal_format(mantissa, exponent, decimals, text, sizeof text));
}

void json_member_text(json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_text(j, text);
}

void json_member_bool(json *j, const char *key, bool value)
{
    json_key(j, key);
    json_bool(j, value);
}

void json_member_integer(json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_integer(j, value);
}

void json_member_unsigned(json *j, const char *key, uint64_t value)
{
    json_key(j, key);
    json_unsigned(j, value);
}

void json_member_null(json *j, const char *key, const char *why)
{
    json_key(j, key);
    json_null(j);
    buf *reasons = &j->level[j->depth - 1].why;
    if (reasons->length)
        buf_add_text(reasons, ", ");
    json_quote(reasons, key, strlen(key));
    buf_add_text(reasons, ": ");
    if (!why)
        why = "undefined";
    json_quote(reasons, why, strlen(why));
}

void json_member_real(json *j, const char *key, double value, const char *why)
{
    if (!isfinite(value)) {
        json_member_null(j, key, why);
        return;
    }
    json_key(j, key);
    json_real(j, value);
}
