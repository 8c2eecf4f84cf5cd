/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB line protocol (docs/format/line-protocol.md):
 *
 *     measurement,tag=value,tag=value field=1.50,field=3i,field="text",field=t 1767597660000000000
 *
 * One pass cuts the line into tags and fields and undoes the escapes; then each numeric field
 * becomes a row. Texts without a backslash stay where they are in the line; unescaped ones go to
 * scratch that is as large as the longest line so far.
 */
#include "read/feed_inner.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COMMA = 1, BLANK = 2, EQUALS = 4, BACKSLASH = 8 };

static const uint8_t class_of[256] = {
    [','] = COMMA, [' '] = BLANK, ['='] = EQUALS, ['\\'] = BACKSLASH};

typedef struct {
    feed *f;
    line_state *s;
    said line;
    const char *p, *end;
    int64_t time;
    const char *reason, *expected; /* of a refused line */
    said found;
} line_reader;

static bool fail(line_reader *r, const char *reason, const char *expected, const char *found,
                 size_t length)
{
    r->reason = reason;
    r->expected = expected;
    r->found = (said){found, length};
    return false;
}

static bool fail_form(line_reader *r, const char *expected)
{
    return fail(r, "not-line-protocol", expected, r->line.text, r->line.length);
}

/* -- pieces of the line -------------------------------------------------------------------- */

/* A backslash before one of , = and blank hides it; before anything else it is itself. */
static said unescape(line_state *s, const char *text, size_t length)
{
    char *out = s->texts + s->used, *to = out;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length && class_of[(uint8_t)text[i + 1]] & 7)
            i++;
        *to++ = text[i];
    }
    s->used += (size_t)(to - out);
    return (said){out, (size_t)(to - out)};
}

/* Up to one of `stops` that is not escaped, or the end. */
static said take_word(line_reader *r, uint8_t stops)
{
    const char *from = r->p, *p = from, *end = r->end;
    bool is_escaped = false;
    for (uint8_t c; p < end; p++) {
        if (!((c = class_of[(uint8_t)*p]) & (stops | BACKSLASH)))
            continue;
        if (c != BACKSLASH)
            break;
        is_escaped = true;
        if (p + 1 < end && class_of[(uint8_t)p[1]] & 7)
            p++;
    }
    r->p = p;
    size_t length = (size_t)(p - from);
    return is_escaped ? unescape(r->s, from, length) : (said){from, length};
}

/* Behind the opening quote. Only \" and \\ are escapes here. */
static bool take_quoted(line_reader *r, said *out)
{
    line_state *s = r->s;
    char *text = s->texts + s->used, *to = text;
    for (; r->p < r->end && *r->p != '"'; r->p++) {
        if (*r->p == '\\' && r->p + 1 < r->end && (r->p[1] == '"' || r->p[1] == '\\'))
            r->p++;
        *to++ = *r->p;
    }
    if (r->p == r->end)
        return fail_form(r, "the closing quote of a text");
    r->p++;
    s->used += (size_t)(to - text);
    *out = (said){text, (size_t)(to - text)};
    return true;
}

/* -- tags ---------------------------------------------------------------------------------- */

/* "unit" and the kinds of context, by length. */
static int context_of(said key)
{
    static const uint8_t lengths[] = {
#define X(code, name) sizeof name - 1,
        CONTEXT_LIST(X)
#undef X
    };
    if (key.length < 4 || key.length > 8)
        return -1;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (lengths[kind] == key.length &&
            memcmp(context_name((context_kind)kind), key.text, key.length) == 0)
            return kind;
    return -1;
}

static bool is_word(said text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.text, word, text.length) == 0;
}

static bool is_ignored(const line_state *s, said key)
{
    for (size_t i = 0; i < s->ignored_count; i++)
        if (is_word(key, s->ignored[i]))
            return true;
    return false;
}

static int key_order(said a, said b)
{
    int order = memcmp(a.text, b.text, a.length < b.length ? a.length : b.length);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Mostly they come in order already. */
static bool add_level(line_reader *r, said key, said value)
{
    line_state *s = r->s;
    if (s->tag_count == LINE_TAGS_MAX)
        return fail(r, "too-many-tags", "at most 64 tags a line", key.text, key.length);
    size_t at = s->tag_count;
    for (; at; at--) {
        int order = key_order(s->tags[at - 1].key, key);
        if (order == 0)
            return fail(r, "duplicate-tag", "each tag once", key.text, key.length);
        if (order < 0)
            break;
        s->tags[at] = s->tags[at - 1];
    }
    s->tags[at] = (line_pair){key, value, false};
    s->tag_count++;
    return true;
}

static bool put_context(line_reader *r, int kind, said key, said value)
{
    line_state *s = r->s;
    if (s->contexts >> kind & 1)
        return fail(r, "duplicate-tag", "each tag once, and no field of its name", key.text,
                    key.length);
    s->contexts |= 1u << kind;
    r->f->row.context[kind].text = value.text;
    r->f->row.context[kind].length = value.length;
    return true;
}

static bool use_tag(line_reader *r, said key, said value)
{
    int kind = context_of(key);
    if (kind >= 0)
        return put_context(r, kind, key, value);
    if (is_word(key, "unit")) {
        r->f->row.unit = value.text;
        r->f->row.unit_length = value.length;
        return true;
    }
    return (r->s->ignored_count && is_ignored(r->s, key)) || add_level(r, key, value);
}

static bool take_tags(line_reader *r)
{
    while (r->p < r->end && *r->p == ',') {
        r->p++;
        said key = take_word(r, COMMA | BLANK | EQUALS);
        if (!key.length || r->p == r->end || *r->p != '=')
            return fail_form(r, "'=' behind the name of a tag");
        r->p++;
        said value = take_word(r, COMMA | BLANK | EQUALS);
        if (!value.length || (r->p < r->end && *r->p == '='))
            return fail_form(r, "the value of a tag");
        if (!use_tag(r, key, value))
            return false;
    }
    return true;
}

/* -- fields -------------------------------------------------------------------------------- */

static bool take_field(line_reader *r)
{
    line_state *s = r->s;
    line_pair pair = {.key = take_word(r, COMMA | BLANK | EQUALS)};
    if (!pair.key.length || r->p == r->end || *r->p != '=')
        return fail_form(r, "'=' behind the name of a field");
    r->p++;
    pair.is_quoted = r->p < r->end && *r->p == '"';
    if (pair.is_quoted) {
        r->p++;
        if (!take_quoted(r, &pair.value))
            return false;
    } else {
        pair.value = take_word(r, COMMA | BLANK);
        if (!pair.value.length)
            return fail_form(r, "the value of a field");
    }
    if (s->field_count == LINE_FIELDS_MAX)
        return fail(r, "too-many-fields", "at most 256 fields a line", pair.key.text,
                    pair.key.length);
    s->fields[s->field_count++] = pair;
    return true;
}

static bool take_fields(line_reader *r)
{
    do {
        if (!take_field(r))
            return false;
    } while (r->p < r->end && *r->p == ',' && r->p++);
    return r->p == r->end || *r->p == ' ' || fail_form(r, "',' or a blank behind a field");
}

static bool take_time(line_reader *r)
{
    while (r->p < r->end && *r->p == ' ')
        r->p++;
    while (r->end > r->p && r->end[-1] == ' ')
        r->end--;
    const char *p = r->p;
    bool is_negative = p < r->end && *p == '-';
    int64_t t = 0;
    r->time = TIME_NONE;
    if (p == r->end)
        return true;
    for (p += is_negative; p < r->end && *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(t, 10, &t) || __builtin_add_overflow(t, *p - '0', &t))
            break;
    if (p < r->end || r->end[-1] == '-' || __builtin_mul_overflow(t, r->f->unit_ns, &t))
        return fail(r, "not-a-date", "a whole number since 1970, in the stated precision", r->p,
                    (size_t)(r->end - r->p));
    r->time = is_negative ? -t : t;
    return true;
}

/* -- values -------------------------------------------------------------------------------- */

static bool is_nan_or_infinite(const char *text, size_t length, double *out)
{
    bool is_negative = length && *text == '-';
    if (length && (*text == '-' || *text == '+'))
        text++, length--;
    bool is_nan = length == 3 && strncasecmp(text, "nan", 3) == 0;
    bool is_infinite = (length == 3 && strncasecmp(text, "inf", 3) == 0) ||
                       (length == 8 && strncasecmp(text, "infinity", 8) == 0);
    *out = is_nan ? __builtin_nan("") : is_negative ? -__builtin_inf() : __builtin_inf();
    return is_nan || is_infinite;
}

static size_t whole_length(const char *text, size_t length)
{
    size_t i = length && (*text == '-' || *text == '+');
    while (i < length && text[i] >= '0' && text[i] <= '9')
        i++;
    return i;
}

/* 3i and 3u are whole numbers; their letter is no digit. */
static bool set_number(feed_row *row, said v)
{
    bool is_whole = v.text[v.length - 1] == 'i' || v.text[v.length - 1] == 'u';
    size_t length = v.length - is_whole;
    decimal_kind kind = decimal_parse(v.text, length, '.', &row->value, NULL);
    row->status = STATUS_VALID;
    if (is_whole && whole_length(v.text, length) < length)
        return false;
    if (kind == DECIMAL_OK && row->value.exponent >= -30 && row->value.exponent <= 30)
        return true;
    if (kind != DECIMAL_NONE) {
        decimal_parse(v.text, length, '.', &row->value, &row->raw);
        row->status = STATUS_RAW;
        return true;
    }
    row->value = (decimal){0};
    row->status = STATUS_BAD | STATUS_RAW;
    return is_nan_or_infinite(v.text, v.length, &row->raw);
}

static bool is_boolean(said v)
{
    static const char *const words[] = {"t", "T", "true",  "True",  "TRUE",
                                        "f", "F", "false", "False", "FALSE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(v, words[i]))
            return true;
    return false;
}

static void set_path(line_reader *r, said field)
{
    feed_row *row = &r->f->row;
    line_state *s = r->s;
    size_t length = s->prefix;
    if (!is_word(field, "value")) {
        s->path[length++] = '/';
        memcpy(s->path + length, field.text, field.length);
        length += field.length;
    }
    row->path = s->path;
    row->path_length = length;
    row->path_hash = hash64(s->path, length);
}

static bool tell_field(line_reader *r, const line_pair *field)
{
    said v = field->value;
    if (field->is_quoted || is_boolean(v))
        return feed_refuse(r->f, "not-a-measurement",
                           "a number (texts: in a field named serial, batch, note ...)", v.text,
                           v.length);
    if (!set_number(&r->f->row, v))
        return feed_refuse(r->f, "not-a-number", "a number such as 24.50 or 3i", v.text, v.length);
    set_path(r, field->key);
    return feed_tell(r->f);
}

/* Texts named like a context are contexts of all values of the line, wherever they stand in it. */
static bool take_contexts(line_reader *r, size_t *numbers)
{
    line_state *s = r->s;
    size_t kept = 0;
    for (size_t i = 0; i < s->field_count; i++) {
        line_pair *field = &s->fields[i];
        int kind = context_of(field->key);
        if (kind < 0)
            s->fields[kept++] = *field;
        else if (!put_context(r, kind, field->key, field->value))
            return false;
    }
    *numbers = kept;
    return kept || fail(r, "no-value", "a field with a number", r->line.text, r->line.length);
}

/* -- the line ------------------------------------------------------------------------------ */

static void build_prefix(line_reader *r, said measurement)
{
    line_state *s = r->s;
    char *to = s->path;
    memcpy(to, measurement.text, measurement.length);
    to += measurement.length;
    for (size_t i = 0; i < s->tag_count; i++) {
        said value = s->tags[i].value;
        *to++ = '/';
        memcpy(to, value.text, value.length);
        to += value.length;
    }
    s->prefix = (size_t)(to - s->path);
}

static bool reserve(line_state *s, size_t length)
{
    if (length + 1 <= s->room)
        return true;
    size_t room = s->room ? s->room : 512;
    while (room < length + 1)
        room *= 2;
    char *texts = malloc(room * 2);
    if (!texts)
        return false;
    free(s->texts);
    s->texts = texts;
    s->path = texts + room;
    s->room = room;
    return true;
}

static bool is_text(const char *text, size_t length)
{
    uint64_t seen = 0, word;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        memcpy(&word, text + i, 8);
        seen |= word;
    }
    for (; i < length; i++)
        seen |= (uint8_t)text[i];
    bool is_ascii = !(seen & 0x8080808080808080u);
    return !memchr(text, 0, length) && (is_ascii || utf8_valid(text, length) == length);
}

static void forget(feed *f)
{
    line_state *s = f->state;
    for (uint32_t left = s->contexts; left; left &= left - 1)
        f->row.context[__builtin_ctz(left)].length = 0;
    s->contexts = 0;
    s->tag_count = s->field_count = s->used = 0;
    f->row.unit_length = 0;
}

static bool read_line(line_reader *r)
{
    const char *text = r->line.text;
    size_t length = r->line.length;
    if (!reserve(r->s, length))
        return fail(r, "no-memory", "less text at once", text, length);
    if (!is_text(text, length))
        return fail(r, "not-text", "UTF-8 without zero bytes", text, length);
    said measurement = take_word(r, COMMA | BLANK);
    if (!measurement.length)
        return fail_form(r, "the name of a measurement");
    if (!take_tags(r))
        return false;
    if (r->p == r->end)
        return fail_form(r, "a blank and fields behind the tags");
    while (r->p < r->end && *r->p == ' ')
        r->p++;
    if (!take_fields(r) || !take_time(r))
        return false;
    build_prefix(r, measurement);
    return true;
}

bool feed_line_protocol(feed *f, const char *text, size_t length)
{
    line_reader r = {.f = f, .s = f->state, .p = text, .end = text + length};
    size_t numbers;
    while (r.p < r.end && (*r.p == ' ' || *r.p == '\t'))
        r.p++;
    if (r.p == r.end || *r.p == '#')
        return true;
    r.line = (said){r.p, (size_t)(r.end - r.p)};
    forget(f);
    if (!read_line(&r) || !take_contexts(&r, &numbers))
        return feed_refuse(f, r.reason, r.expected, r.found.text, r.found.length);
    f->row.time = r.time;
    f->row.offset = r.time == TIME_NONE ? TIME_OFFSET_NONE : 0;
    for (size_t i = 0; i < numbers; i++)
        if (!tell_field(&r, &r.s->fields[i]))
            return false;
    return true;
}

void feed_line_done(line_state *s)
{
    free(s->texts);
    free(s);
}
