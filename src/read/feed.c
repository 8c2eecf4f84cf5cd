/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts the bytes into lines, or a JSON array into its elements. A line that is all there is read where it
 * stands; only one that is cut by the end of the bytes is copied. A newline ends a line whatever stands
 * before it, so that a quote left open costs its own line alone.
 */
#include "read/feed_inner.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { EXAMPLE_KEPT = 256 };

/* -- what the sink is told ----------------------------------------------------------------- */

bool feed_tell(feed *f)
{
    if (f->told >= f->skip && !f->sink.row(f->sink.context, &f->row))
        return false;
    f->told++;
    return true;
}

bool feed_refuse(feed *f, const char *reason, const char *expected, const char *found,
                 size_t length)
{
    if (f->told >= f->skip &&
        !f->sink.refuse(f->sink.context, f->line + 1, reason, expected, found, length))
        return false;
    f->told++;
    return true;
}

/* -- NDJSON -------------------------------------------------------------------------------- */

static void row_of(feed_row *row, const spoken *w)
{
    said path = w->seen >> ROLE_CHARACTERISTIC & 1 ? w->path : (said){"value", 5};
    row->path = path.text;
    row->path_length = path.length;
    row->path_hash = hash64(path.text, path.length);
    row->unit = w->unit.text;
    row->unit_length = w->unit.length;
    row->time = w->has_time ? w->time : TIME_NONE;
    row->offset = w->has_time ? w->offset : TIME_OFFSET_NONE;
    row->value = w->has_value ? w->number : (decimal){0};
    row->raw = w->raw;
    row->status = ndjson_status(w);
    row->size = w->size;
    row->kind = ndjson_kind(w);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        bool is_said = w->seen >> (ROLE_CONTEXT + kind) & 1;
        row->context[kind].length = is_said ? w->context[kind].length : 0;
        if (is_said)
            row->context[kind].text = w->context[kind].text;
    }
}

static bool take_json(feed *f, const char *text, size_t length)
{
    spoken w;
    if (ndjson_is_blank(text, length))
        return true;
    if (!ndjson_line_read(f->json, text, length, &w))
        return feed_refuse(f, w.reason, w.expected, w.found, w.found_length);
    row_of(&f->row, &w);
    return feed_tell(f);
}

/* -- lines --------------------------------------------------------------------------------- */

static bool read_line(feed *f, const char *text, size_t length)
{
    static const char *const expected = N_("at most 64 KiB a line");
    if (f->is_too_long || length > FEED_LINE_MAX)
        return feed_refuse(f, "line-too-long", expected, text, length);
    if (f->line == 0 && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3, length -= 3;
    if (length && text[length - 1] == '\r')
        length--;
    return f->format == FEED_NDJSON ? take_json(f, text, length)
                                    : feed_line_protocol(f, text, length);
}

static bool take_line(feed *f, const char *text, size_t length)
{
    f->told = 0;
    f->row.line = f->line + 1;
    if (!read_line(f, text, length)) {
        f->skip = f->told;
        return false;
    }
    f->line++;
    f->skip = 0;
    f->held_length = 0;
    f->is_too_long = false;
    return true;
}

static bool held_reserve(feed *f, size_t need)
{
    if (need <= f->held_room)
        return true;
    size_t room = f->held_room ? f->held_room : 512;
    while (room < need)
        room *= 2;
    char *held = realloc(f->held, room);
    if (!held)
        return false;
    f->held = held;
    f->held_room = room;
    return true;
}

/* Of a line that is too long (or for which there is no memory) only its beginning is kept. */
static void hold(feed *f, const char *text, size_t length)
{
    if (!f->is_too_long && f->held_length + length <= FEED_LINE_MAX &&
        held_reserve(f, f->held_length + length)) {
        memcpy(f->held + f->held_length, text, length);
        f->held_length += length;
        return;
    }
    f->is_too_long = true;
    if (f->held_length < EXAMPLE_KEPT && held_reserve(f, EXAMPLE_KEPT)) {
        size_t more = EXAMPLE_KEPT - f->held_length;
        more = more < length ? more : length;
        memcpy(f->held + f->held_length, text, more);
        f->held_length += more;
    } else if (f->held_length > EXAMPLE_KEPT) {
        f->held_length = EXAMPLE_KEPT;
    }
}

/* The end of a line whose beginning is held. When the sink says stop, the end goes back. */
static bool take_held(feed *f, const char *text, size_t length)
{
    size_t before = f->held_length;
    hold(f, text, length);
    if (take_line(f, f->held ? f->held : "", f->held_length))
        return true;
    f->held_length = before < f->held_length ? before : f->held_length;
    return false;
}

static void begin_text(feed *f)
{
    f->cut = (json_cut){.form = f->format == FEED_NDJSON ? CUT_NOT_KNOWN : CUT_LINES};
}

size_t feed_take(feed *f, const char *bytes, size_t length)
{
    for (size_t at = 0, n; at < length; at += n + 1) {
        const char *text = bytes + at;
        const json_cut before = f->cut;
        json_cut_found found = json_cut_find(&f->cut, text, length - at, &n);
        if (found == CUT_MORE) {
            hold(f, text, length - at);
            return length;
        }
        if (found == CUT_OPENS) {
            f->held_length = 0;
            continue;
        }
        bool is_taken =
            f->held_length || f->is_too_long ? take_held(f, text, n) : take_line(f, text, n);
        if (!is_taken) {
            f->cut = before;
            return at;
        }
    }
    return length;
}

bool feed_end(feed *f)
{
    if ((f->held_length || f->is_too_long) && !take_held(f, "", 0))
        return false;
    f->told = 0;
    if (json_cut_is_open(&f->cut) &&
        !feed_refuse(f, "not-json", N_("a comma or ] behind an element"), "", 0))
        return false;
    begin_text(f);
    return true;
}

uint64_t feed_lines(const feed *f)
{
    return f->line;
}

/* -- life ---------------------------------------------------------------------------------- */

static assay_status unit_of(const char *precision, int64_t *out, assay_err *err)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},         {"us", 1000}, {"ms", 1000000},
                 {"s", 1000000000}, {"n", 1},     {"u", 1000}}; /* as InfluxDB 1 names them */
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!precision || strcmp(units[i].name, precision) == 0) {
            *out = units[i].ns;
            return ASSAY_OK;
        }
    return assay_fail(err, ASSAY_USAGE, 0, "precision \"%s\" is none of ns, us, ms, s", precision);
}

static bool open_format(feed *f)
{
    if (f->format == FEED_LINE_PROTOCOL)
        return (f->state = calloc(1, sizeof *f->state)) != NULL;
    if (!(f->json = calloc(1, sizeof *f->json)))
        return false;
    ndjson_lines_init(f->json);
    return true;
}

assay_status feed_new(feed_format format, const char *precision, const feed_sink *sink, feed **out,
                      assay_err *err)
{
    int64_t unit_ns = 1;
    assay_status status = unit_of(precision, &unit_ns, err);
    if (status != ASSAY_OK)
        return status;
    feed *f = calloc(1, sizeof *f);
    if (f) {
        f->format = format;
        f->sink = *sink;
        f->unit_ns = unit_ns;
        begin_text(f);
        f->row.size = 1;
    }
    if (!f || !open_format(f)) {
        feed_free(f);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a feed");
    }
    *out = f;
    return ASSAY_OK;
}

void feed_free(feed *f)
{
    if (!f)
        return;
    if (f->json)
        ndjson_lines_done(f->json);
    free(f->json);
    if (f->state)
        feed_line_done(f->state);
    free(f->held);
    free(f);
}

assay_status feed_ignore(feed *f, const char *tag, assay_err *err)
{
    line_state *s = f->state;
    if (!s)
        return assay_fail(err, ASSAY_USAGE, 0, "only line protocol has tags to ignore");
    if (s->ignored_count == LINE_IGNORED_MAX || strlen(tag) >= LINE_IGNORED_LENGTH)
        return assay_fail(err, ASSAY_LIMIT, 0, "at most %d tags of up to %d bytes can be ignored",
                          LINE_IGNORED_MAX, LINE_IGNORED_LENGTH - 1);
    strcpy(s->ignored[s->ignored_count++], tag);
    return ASSAY_OK;
}
