/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NDJSON: one object a line, or an element of an array, one measurement an object (docs/format/ndjson.md).
 *
 *     {"characteristic": "P/d", "time": "2026-01-05T07:21:00Z", "value": 24.50, "serial": "W001"}
 *
 * ndjson_line.c reads the line; here its texts become codes, and its wall time an instant.
 */
#include "base/i18n.h"
#include "read/json_cut.h"
#include "read/ndjson_line.h"
#include "read/reader_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (1u << 20)

enum { PIECE = 256 * 1024 };

/* The text a member had last: most lines repeat it. */
typedef struct {
    char text[40];
    size_t length;
    uint32_t code;
} recent;

/* Of a path. */
typedef struct {
    uint32_t number; /* place in the reader's list, from 1; 0: none yet */
    int64_t last_folded;
    bool is_later;
} known_path;

typedef struct {
    reader base;
    ndjson_lines lines;
    recent recents[ROLE_NONE];
    zone *zone;
    dictionary *paths;
    known_path *known; /* [code of the path] */
    size_t known_room;

    char *data;
    size_t begin, end, room;
    size_t looked; /* bytes from `begin` on that hold no end */
    json_cut cut;
    uint64_t line; /* elements of an array count as lines */
    bool is_all_read, is_too_long;
} ndjson_reader;

/* -- one line ------------------------------------------------------------------------------------ */

static uint32_t code_of(ndjson_reader *r, int role, dictionary *texts, said v)
{
    recent *last = &r->recents[role];
    if (v.length == last->length && memcmp(v.text, last->text, v.length) == 0)
        return last->code;
    uint32_t code = dictionary_code(texts, v.text, v.length);
    if (v.length <= sizeof last->text) {
        memcpy(last->text, v.text, v.length);
        last->length = v.length;
        last->code = code;
    }
    return code;
}

static bool place_in_zone(ndjson_reader *r, uint32_t path, spoken *w)
{
    bool is_folded = false;
    int64_t wall = w->time;
    if (!w->has_time || w->offset != TIME_OFFSET_NONE || !r->zone)
        return true;
    if (!zone_to_utc(r->zone, wall, false, &w->time, &w->offset, &is_folded))
        return false;
    if (!is_folded)
        return true;
    const int64_t night_ns = INT64_C(3) * 3600 * 1000000000;
    known_path *f = &r->known[path];
    bool is_same = f->last_folded && llabs(wall - f->last_folded) < night_ns;
    f->is_later = is_same && (f->is_later || wall < f->last_folded);
    f->last_folded = wall;
    w->status |= STATUS_FOLDED;
    return !f->is_later || zone_to_utc(r->zone, wall, true, &w->time, &w->offset, &is_folded);
}

static assay_status know_room(ndjson_reader *r, uint32_t path, assay_err *err)
{
    if (path < r->known_room)
        return ASSAY_OK;
    size_t room = r->known_room ? r->known_room : 64;
    while (room <= path)
        room *= 2;
    known_path *grown = realloc(r->known, room * sizeof *grown);
    if (!grown)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a characteristic");
    memset(grown + r->known_room, 0, (room - r->known_room) * sizeof *grown);
    r->known = grown;
    r->known_room = room;
    return ASSAY_OK;
}

/* A path met for the first time is a new characteristic; unit and kind come from this line. */
static assay_status know_characteristic(ndjson_reader *r, const spoken *w, uint32_t *path,
                                        assay_err *err)
{
    said name = w->seen >> ROLE_CHARACTERISTIC & 1 ? w->path : (said){"value", 5};
    char unit[UNIT_MAX + 1];
    *path = code_of(r, ROLE_CHARACTERISTIC, r->paths, name);
    if (!*path)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a name");
    assay_status status = know_room(r, *path, err);
    if (status != ASSAY_OK || r->known[*path].number)
        return status;
    uint32_t index;
    snprintf(unit, sizeof unit, "%.*s", (int)w->unit.length, w->unit.length ? w->unit.text : "");
    characteristic c = {.path = dictionary_text(r->paths, *path, NULL), .decimals = -1};
    c.unit = w->unit.length ? unit : NULL;
    c.kind = ndjson_kind(w);
    status = reader_characteristic_add(&r->base, &c, &index, err);
    if (status == ASSAY_OK)
        r->known[*path].number = index + 1;
    return status;
}

static void put_number(const spoken *w, measurement_batch *out, size_t i)
{
    uint8_t status = ndjson_status(w);
    bool is_number = (status & STATUS_MASK) != STATUS_NO_VALUE;
    out->status[i] = status;
    out->mantissa[i] = is_number ? w->number.mantissa : 0;
    out->exponent[i] = is_number && !w->is_raw ? (int8_t)w->number.exponent : 0;
    if (out->decimals)
        out->decimals[i] = is_number ? w->number.decimals : 0;
    if (status & STATUS_RAW)
        memcpy(&out->mantissa[i], &w->raw, sizeof w->raw);
}

static void put_contexts(ndjson_reader *r, const spoken *w, measurement_batch *out, size_t i)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        int role = ROLE_CONTEXT + kind;
        bool is_said = w->seen >> role & 1 && w->context[kind].length;
        if (out->context[kind])
            out->context[kind][i] =
                is_said ? code_of(r, role, r->base.dictionaries[kind], w->context[kind]) : 0;
    }
}

static void put_row(ndjson_reader *r, const spoken *w, uint32_t path, measurement_batch *out)
{
    size_t i = out->n++;
    out->characteristic[i] = r->known[path].number - 1;
    out->time[i] = w->has_time ? w->time : TIME_NONE;
    put_number(w, out, i);
    if (out->offset)
        out->offset[i] = w->has_time ? w->offset : TIME_OFFSET_NONE;
    if (out->size)
        out->size[i] = w->size;
    if (out->record)
        out->record[i] = r->line;
    put_contexts(r, w, out, i);
}

static assay_status refuse_row(ndjson_reader *r, const spoken *w, assay_err *err)
{
    refusal_case c = {w->reason, r->line, 0, w->column, w->found, w->found_length, w->expected};
    return reader_refuse(&r->base, &c, err);
}

static assay_status use_line(ndjson_reader *r, const char *text, size_t length,
                             measurement_batch *out, assay_err *err)
{
    spoken w;
    uint32_t path;
    reader_received(&r->base, 1);
    if (!ndjson_line_read(&r->lines, text, length, &w))
        return refuse_row(r, &w, err);
    assay_status status = know_characteristic(r, &w, &path, err);
    if (status != ASSAY_OK)
        return status;
    if (!place_in_zone(r, path, &w)) {
        ndjson_refuse(&w, &r->lines, ROLE_TIME, text, length, "no-such-time",
                      "a wall time that happens in the zone");
        return refuse_row(r, &w, err);
    }
    put_row(r, &w, path, out);
    return ASSAY_OK;
}

/* -- lines ----------------------------------------------------------------------------------------- */

static assay_status fill(ndjson_reader *r, assay_err *err)
{
    if (r->begin) {
        memmove(r->data, r->data + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    size_t piece = r->base.in.head_is_all ? r->base.in.head_length + 1 : PIECE;
    if (r->end + piece > r->room) {
        char *grown = realloc(r->data, r->end + piece * 2);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a line");
        r->data = grown;
        r->room = r->end + piece * 2;
    }
    size_t got = 0;
    bool is_head = r->base.in.head_is_all && r->base.in.offset >= r->base.in.head_length;
    assay_status status =
        is_head ? ASSAY_OK : source_read(&r->base.in, r->data + r->end, piece, &got, err);
    r->end += got;
    r->is_all_read = status == ASSAY_OK && got == 0;
    return status;
}

static void pass(ndjson_reader *r, size_t n)
{
    r->begin += n;
    r->base.offset += n;
    r->looked = 0;
}

static assay_status take_line(ndjson_reader *r, size_t length, size_t with_end,
                              measurement_batch *out, assay_err *err)
{
    const char *text = r->data + r->begin;
    assay_status status = ASSAY_OK;
    r->line++;
    if (r->line == 1 && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3, length -= 3;
    if (r->is_too_long || length > LINE_MAX_BYTES) {
        refusal_case c = {"line-too-long", r->line, 0, NULL, text, length, "at most 1 MiB a line"};
        r->is_too_long = false;
        reader_received(&r->base, 1);
        status = reader_refuse(&r->base, &c, err);
    } else if (!ndjson_is_blank(text, length)) {
        status = use_line(r, text, length, out, err);
    }
    pass(r, with_end);
    r->base.record = r->line;
    return status;
}

/* Bytes of a line that is too long are dropped as they come, all but the newest. */
static void drop_excess(ndjson_reader *r)
{
    size_t held = r->end - r->begin;
    if (held <= LINE_MAX_BYTES)
        return;
    r->is_too_long = true;
    r->base.offset += held - 1;
    r->begin = r->end - 1;
    r->looked = 1;
}

static assay_status refuse_open_array(ndjson_reader *r, assay_err *err)
{
    refusal_case c = {"not-json", r->line + 1, 0, NULL, "", 0, N_("a comma or ] behind an element")};
    r->cut.form = CUT_NOT_KNOWN;
    reader_received(&r->base, 1);
    return reader_refuse(&r->base, &c, err);
}

static assay_status ndjson_next(reader *base, measurement_batch *out, assay_err *err)
{
    ndjson_reader *r = (ndjson_reader *)base;
    assay_status begun = r->data ? ASSAY_OK : fill(r, err);
    if (begun != ASSAY_OK)
        return begun;
    while (out->n < out->room) {
        size_t held = r->end - r->begin, n = 0;
        json_cut_found found = json_cut_find(&r->cut, r->data + r->begin + r->looked, held - r->looked, &n);
        n += r->looked;
        assay_status status = ASSAY_OK;
        if (found == CUT_OPENS) {
            pass(r, n + 1);
        } else if (found == CUT_RECORD) {
            status = take_line(r, n, n + 1, out, err);
        } else if (r->is_all_read) {
            if (held)
                status = take_line(r, held, held, out, err);
            else if (json_cut_is_open(&r->cut))
                status = refuse_open_array(r, err);
            else
                break;
        } else {
            r->looked = held;
            if (out->n && base->in.is_pipe)
                break; /* what a live source has said goes on at once */
            drop_excess(r);
            status = fill(r, err);
        }
        if (status != ASSAY_OK)
            return status;
    }
    if (r->lines.nested)
        reader_warn(base, "members that are objects or lists are not read");
    if (r->lines.unknown)
        reader_warn(base, "members without a known name are not read");
    return ASSAY_OK;
}

/* The byte before says whether that is within an array: one ends all of its elements but the last with a comma. */
static assay_status ndjson_resume(reader *base, uint64_t offset, uint64_t record, assay_err *err)
{
    ndjson_reader *r = (ndjson_reader *)base;
    char before = 0;
    size_t got;
    assay_status status = source_seek(&base->in, offset - (offset > 0), err);
    if (status == ASSAY_OK && offset)
        status = source_read(&base->in, &before, 1, &got, err);
    if (status != ASSAY_OK)
        return status;
    base->offset = offset;
    r->line = record;
    r->cut = (json_cut){.form = before == ',' || before == '[' ? CUT_ARRAY : CUT_NOT_KNOWN, .is_begun = offset > 0};
    return ASSAY_OK;
}

/* -- life ------------------------------------------------------------------------------------------- */

static void ndjson_describe(const reader *base, buf *out)
{
    const ndjson_reader *r = (const ndjson_reader *)base;
    buf_addf(out, "NDJSON, the value in \"%s\", its characteristic in \"%s\", its time in \"%s\"\n",
             r->lines.names[ROLE_VALUE], r->lines.names[ROLE_CHARACTERISTIC], r->lines.names[ROLE_TIME]);
    if (r->lines.nested || r->lines.unknown)
        buf_addf(out, "not read: %llu nested members, %llu without a known name\n",
                 (unsigned long long)r->lines.nested, (unsigned long long)r->lines.unknown);
    if (!r->zone)
        buf_add_text(out, "times without offset are taken as UTC\n");
}

static void ndjson_close(reader *base)
{
    ndjson_reader *r = (ndjson_reader *)base;
    zone_close(r->zone);
    dictionary_free(r->paths);
    free(r->known);
    free(r->data);
    ndjson_lines_done(&r->lines);
}

static bool rename_role(ndjson_reader *r, int role, const char *given)
{
    const char *name = given ? arena_text(&r->base.texts, given, strlen(given)) : "";
    if (given && name)
        ndjson_lines_name(&r->lines, role, name);
    return name != NULL;
}

static bool keep_names(ndjson_reader *r, const read_mapping *m)
{
    bool is_kept = true;
    ndjson_lines_init(&r->lines);
    is_kept &= rename_role(r, ROLE_VALUE, m->value);
    is_kept &= rename_role(r, ROLE_CHARACTERISTIC, m->characteristic);
    is_kept &= rename_role(r, ROLE_TIME, m->time);
    is_kept &= rename_role(r, ROLE_SIZE, m->size);
    is_kept &= rename_role(r, ROLE_UNIT, m->property[PROPERTY_UNIT]);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        is_kept &= rename_role(r, ROLE_CONTEXT + kind, m->context[kind]);
    return is_kept;
}

static assay_status ndjson_begin(reader *base, const read_options *options, assay_err *err)
{
    ndjson_reader *r = (ndjson_reader *)base;
    if (!keep_names(r, &options->mapping))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for names");
    assay_status status = reader_use_contexts(&r->base, (1u << CONTEXT_COUNT) - 1, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->paths, err);
    if (status == ASSAY_OK && options->zone)
        status = zone_open(options->zone, &r->zone, err);
    buf_add_text(&r->base.dialect, "");
    return status;
}

static const reader_ops ndjson_ops = {
    .size = sizeof(ndjson_reader), .open = ndjson_begin, .next = ndjson_next,
    .resume = ndjson_resume, .describe = ndjson_describe, .close = ndjson_close,
};

assay_status ndjson_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    return reader_open_as(&ndjson_ops, in, options, out, err);
}
