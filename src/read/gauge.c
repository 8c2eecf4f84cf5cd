/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/gauge.h"

#include "base/i18n.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { steps_max = 32, width_max = 64 };

typedef enum { STEP_END, STEP_LITERAL, STEP_BLANK, STEP_CHANNEL, STEP_SIGN, STEP_NUMBER, STEP_UNIT,
               STEP_SKIP } step_kind;

typedef struct {
    step_kind kind;
    char literal;
    uint8_t width; /* 0: as long as it can be */
} step;

typedef struct {
    step steps[steps_max + 1];
    size_t frame; /* bytes of every line that fits, where that is certain; else 0 */
} pattern;

struct gauge {
    pattern values, errors[GAUGE_ERRORS_MAX];
    size_t error_count;
    char decimal;
    gauge_sink sink;
    uint64_t line;
    bool is_too_long;
    size_t length;
    char text[GAUGE_LINE_MAX];
};

/* -- patterns --------------------------------------------------------------------------------- */

static step_kind named_step(const char *name, size_t length)
{
    static const struct {
        const char *name;
        step_kind kind;
    } names[] = {{"channel", STEP_CHANNEL}, {"sign", STEP_SIGN}, {"number", STEP_NUMBER},
                 {"unit", STEP_UNIT}, {"skip", STEP_SKIP}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
            return names[i].kind;
    return STEP_END;
}

/* "{number:8}": text stands behind the brace. NULL: not a part. */
static const char *parse_part(const char *text, step *out)
{
    const char *end = strchr(text, '}'), *colon = strchr(text, ':');
    if (!end)
        return NULL;
    bool has_width = colon && colon < end;
    *out = (step){.kind = named_step(text, (size_t)((has_width ? colon : end) - text))};
    long width = 0;
    if (has_width) {
        char *behind;
        width = strtol(colon + 1, &behind, 10);
        if (behind != end || width < 1 || width > width_max)
            return NULL;
    }
    out->width = (uint8_t)width;
    bool needs_width = out->kind == STEP_SKIP;
    return out->kind == STEP_END || (needs_width && !width) ? NULL : end + 1;
}

/* Known when every part has a width; without a letter of its own a pattern fits anywhere. */
static size_t frame_of(const pattern *p)
{
    size_t length = 0;
    bool has_literal = false;
    for (const step *s = p->steps; s->kind != STEP_END; s++) {
        if (s->kind == STEP_BLANK || (s->kind != STEP_LITERAL && !s->width))
            return 0;
        length += s->kind == STEP_LITERAL ? 1 : s->width;
        has_literal |= s->kind == STEP_LITERAL;
    }
    return has_literal ? length : 0;
}

static assay_status pattern_parse(const char *text, bool is_value, pattern *out, assay_err *err)
{
    unsigned seen = 0;
    size_t n = 0;
    const char *at = text;
    while (*at && n < steps_max) {
        step *s = &out->steps[n++];
        if (*at != '{') {
            *s = (step){*at == ' ' ? STEP_BLANK : STEP_LITERAL, *at, 0};
            at++;
            continue;
        }
        const char *next = parse_part(at + 1, s);
        bool is_repeated = next && s->kind != STEP_SKIP && seen & 1u << s->kind;
        if (!next || is_repeated)
            return assay_fail(
                err, ASSAY_USAGE, (size_t)(at - text),
                _("\"%.20s\" in the pattern is not {channel}, {sign}, {number}, {unit} "
                  "(each once, with or without :WIDTH) or {skip:WIDTH}"),
                at);
        seen |= 1u << s->kind;
        at = next;
    }
    if (*at || n == 0)
        return assay_fail(err, ASSAY_USAGE, 0, _("a pattern has 1 .. %d parts and letters"),
                          steps_max);
    if (is_value && !(seen & 1u << STEP_NUMBER))
        return assay_fail(err, ASSAY_USAGE, 0, _("the pattern \"%.60s\" has no {number}"), text);
    out->steps[n].kind = STEP_END;
    out->frame = frame_of(out);
    return ASSAY_OK;
}

/* -- matching --------------------------------------------------------------------------------- */

typedef struct {
    const char *text, *end;
    char decimal;
    const char *channel, *unit, *number;
    size_t channel_length, unit_length, number_length;
    char sign;
} match;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool belongs(const match *m, step_kind kind, char c, bool *has_point)
{
    switch (kind) {
    case STEP_CHANNEL: return is_digit(c) || is_letter(c);
    case STEP_UNIT: return is_letter(c) || c == '%' || (unsigned char)c >= 0x80;
    case STEP_SIGN: return c == '+' || c == '-';
    case STEP_NUMBER:
        if (c == m->decimal && !*has_point)
            return *has_point = true;
        return is_digit(c);
    default: return true;
    }
}

/* How many bytes of the text belong to the part; SIZE_MAX: it does not fit. */
static size_t part_length(const match *m, const step *s)
{
    bool has_point = false;
    size_t n = 0, left = (size_t)(m->end - m->text);
    size_t most = s->width ? s->width : s->kind == STEP_SIGN ? 1 : left;
    while (n < left && n < most && belongs(m, s->kind, m->text[n], &has_point))
        n++;
    bool may_be_empty = s->kind == STEP_SIGN && !s->width;
    return (s->width && n < s->width) || (!n && !may_be_empty) ? SIZE_MAX : n;
}

static bool take_part(match *m, const step *s)
{
    size_t n = part_length(m, s);
    if (n == SIZE_MAX)
        return false;
    switch (s->kind) {
    case STEP_CHANNEL: m->channel = m->text, m->channel_length = n; break;
    case STEP_UNIT: m->unit = m->text, m->unit_length = n; break;
    case STEP_NUMBER: m->number = m->text, m->number_length = n; break;
    case STEP_SIGN: m->sign = n ? *m->text : 0; break;
    default: break;
    }
    m->text += n;
    return true;
}

static bool fits(const pattern *p, const char *text, const char *end, char sign, match *out)
{
    match m = {.text = text, .end = end, .decimal = sign};
    for (const step *s = p->steps; s->kind != STEP_END; s++) {
        if (s->kind == STEP_BLANK) {
            while (m.text < end && (*m.text == ' ' || *m.text == '\t'))
                m.text++;
        } else if (s->kind == STEP_LITERAL) {
            if (m.text == end || *m.text != s->literal)
                return false;
            m.text++;
        } else if (!take_part(&m, s)) {
            return false;
        }
    }
    *out = m;
    return m.text == end;
}

static bool number_of(const match *m, decimal *out)
{
    char text[width_max + GAUGE_LINE_MAX + 2];
    size_t n = 0;
    if (m->sign == '-')
        text[n++] = '-';
    memcpy(text + n, m->number, m->number_length);
    return decimal_parse(text, n + m->number_length, m->decimal, out, NULL) == DECIMAL_OK;
}

/* -- lines ------------------------------------------------------------------------------------ */

static const char *const wanted = "a line of the device's pattern; a line that is broken again and "
                                  "again tells of a wrong speed or parity";

static bool take_value(gauge *g, size_t from)
{
    match m;
    const char *end = g->text + g->length;
    gauge_row row = {.line = g->line};
    if (!fits(&g->values, g->text + from, end, g->decimal, &m) || !number_of(&m, &row.value))
        return false;
    if (from)
        g->sink.refuse(g->sink.context, g->line, "broken-line", wanted, g->text, from);
    row.channel = m.channel;
    row.channel_length = m.channel_length;
    row.unit = m.unit;
    row.unit_length = m.unit_length;
    g->sink.row(g->sink.context, &row);
    return true;
}

static bool is_error(const gauge *g)
{
    match m;
    for (size_t i = 0; i < g->error_count; i++)
        if (fits(&g->errors[i], g->text, g->text + g->length, g->decimal, &m))
            return true;
    return false;
}

static void take_line(gauge *g)
{
    if (!g->length && !g->is_too_long)
        return;
    g->line++;
    if (g->is_too_long) {
        g->sink.refuse(g->sink.context, g->line, "line-too-long", "at most 256 bytes a line",
                       g->text, g->length);
    } else if (is_error(g)) {
        g->sink.refuse(g->sink.context, g->line, "gauge-error",
                       "a value; the device says that it could not measure", g->text, g->length);
    } else {
        size_t frame = g->values.frame;
        bool is_glued = frame && g->length > frame;
        if (!take_value(g, is_glued ? g->length - frame : 0))
            g->sink.refuse(g->sink.context, g->line, "broken-line", wanted, g->text, g->length);
    }
    g->length = 0;
    g->is_too_long = false;
}

void gauge_take(gauge *g, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (c == '\r' || c == '\n')
            take_line(g);
        else if (g->length < GAUGE_LINE_MAX)
            g->text[g->length++] = c;
        else
            g->is_too_long = true;
    }
}

void gauge_cut(gauge *g)
{
    if (!g->length)
        return;
    g->line++;
    g->sink.refuse(g->sink.context, g->line, "broken-line", "the rest of the line; the device went "
                   "away in the middle of it", g->text, g->length);
    g->length = 0;
    g->is_too_long = false;
}

/* -- life ------------------------------------------------------------------------------------- */

assay_status gauge_new(const gauge_options *o, const gauge_sink *sink, gauge **out, assay_err *err)
{
    if (o->decimal != '.' && o->decimal != ',')
        return assay_fail(err, ASSAY_USAGE, 0, _("the decimal sign of a gauge is . or ,"));
    if (o->error_count > GAUGE_ERRORS_MAX)
        return assay_fail(err, ASSAY_USAGE, 0, _("at most %d error patterns"), GAUGE_ERRORS_MAX);
    gauge *g = calloc(1, sizeof *g);
    if (!g)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a gauge");
    g->sink = *sink;
    g->decimal = o->decimal;
    g->error_count = o->error_count;
    assay_status status =
        pattern_parse(o->pattern ? o->pattern : GAUGE_DIGIMATIC, true, &g->values, err);
    for (size_t i = 0; i < o->error_count && status == ASSAY_OK; i++)
        status = pattern_parse(o->errors[i], false, &g->errors[i], err);
    if (status != ASSAY_OK) {
        gauge_free(g);
        return status;
    }
    *out = g;
    return ASSAY_OK;
}

void gauge_free(gauge *g)
{
    free(g);
}
