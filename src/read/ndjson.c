/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NDJSON: one object a line, one measurement an object (docs/format/ndjson.md).
 *
 *     {"characteristic": "P/d", "time": "2026-01-05T07:21:00Z", "value": 24.50, "serial": "W001"}
 *
 * Numbers keep their digits: the text of the token goes to the decimal parser, never through a
 * binary64. Lines of one source mostly name their members in the same order, so the role of a
 * name is first guessed from its place in the line before.
 */
#include "read/ndjson_member.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (1u << 20)

enum { PIECE = 256 * 1024 };

/* -- one line ------------------------------------------------------------------------------------ */

static int role_of(const ndjson_reader *r, const json_piece *name)
{
    for (int role = 0; role < ROLE_NONE; role++)
        if (r->name_lengths[role] == name->length && name->length &&
            memcmp(r->names[role], name->text, name->length) == 0)
            return role;
    return ROLE_NONE;
}

static int role_at(ndjson_reader *r, size_t place, const json_piece *name)
{
    remembered *m = &r->places[place];
    if (m->length == name->length && name->length &&
        memcmp(m->name, name->text, name->length) == 0)
        return m->role;
    int role = role_of(r, name);
    if (name->length < sizeof m->name) {
        memcpy(m->name, name->text, name->length);
        m->length = name->length;
        m->role = role;
    }
    return role;
}

/* Members without a role must not come twice either: their names are remembered by hash. */
typedef struct {
    uint64_t hashes[MEMBERS_MAX];
    size_t n;
} others;

static bool is_repeated(others *o, const json_piece *name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name->length; i++)
        hash = (hash ^ (unsigned char)name->text[i]) * 1099511628211u;
    for (size_t i = 0; i < o->n; i++)
        if (o->hashes[i] == hash)
            return true;
    o->hashes[o->n++] = hash;
    return false;
}

static bool read_members(ndjson_reader *r, spoken *w, const char *text, size_t length)
{
    json_piece name, value, line = {JSON_STRING, text, length};
    others o;
    o.n = 0;
    if (!json_scan_begin(&r->scan, text, length))
        return ndjson_refuse(w, r, ROLE_NONE, &line, "not-an-object", "{...}");
    for (size_t place = 0; json_scan_member(&r->scan, &name, &value); place++) {
        if (place == MEMBERS_MAX)
            return ndjson_refuse(w, r, ROLE_NONE, &line, "too-many-members", "at most 64 members");
        int role = role_at(r, place, &name);
        if (role < ROLE_NONE) {
            if (!ndjson_set_role(r, w, role, &value))
                return false;
        } else if (is_repeated(&o, &name)) {
            return ndjson_refuse(w, r, ROLE_NONE, &name, "duplicate-member", "each member once");
        } else {
            r->unknown++;
        }
    }
    if (!r->scan.fault)
        return true;
    json_piece rest = {JSON_STRING, r->scan.p, (size_t)(r->scan.end - r->scan.p)};
    return ndjson_refuse(w, r, ROLE_NONE, &rest, "not-json", r->scan.fault);
}

static bool place_in_zone(ndjson_reader *r, spoken *w)
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
    known_path *f = &r->known[w->path];
    bool is_same = f->last_folded && llabs(wall - f->last_folded) < night_ns;
    f->is_later = is_same && (f->is_later || wall < f->last_folded);
    f->last_folded = wall;
    w->status |= STATUS_FOLDED;
    return !f->is_later || zone_to_utc(r->zone, wall, true, &w->time, &w->offset, &is_folded);
}

/* A path met for the first time is a new characteristic; unit and kind come from this line. */
static assay_status know_characteristic(ndjson_reader *r, spoken *w, assay_err *err)
{
    if (!(w->seen >> ROLE_CHARACTERISTIC & 1))
        w->path = dictionary_code(r->paths, "value", 5);
    if (!w->path)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a name");
    if (w->path >= r->known_room) {
        size_t room = r->known_room ? r->known_room : 64;
        while (room <= w->path)
            room *= 2;
        known_path *grown = realloc(r->known, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a characteristic");
        memset(grown + r->known_room, 0, (room - r->known_room) * sizeof *grown);
        r->known = grown;
        r->known_room = room;
    }
    if (r->known[w->path].number)
        return ASSAY_OK;
    uint32_t index;
    characteristic c = {.path = dictionary_text(r->paths, w->path, NULL), .decimals = -1};
    w->unit[w->unit_length] = 0;
    c.unit = w->unit_length ? w->unit : NULL;
    c.kind = w->kind        ? (characteristic_kind)(w->kind - 1)
             : w->has_size ? KIND_DEFECTIVES
                           : KIND_VARIABLE;
    assay_status status = reader_characteristic_add(&r->base, &c, &index, err);
    if (status == ASSAY_OK)
        r->known[w->path].number = index + 1;
    return status;
}

static void put_number(const spoken *w, measurement_batch *out, size_t i)
{
    bool is_number = w->has_value && (w->status & STATUS_MASK) != STATUS_NO_VALUE;
    out->status[i] = is_number ? w->status : (uint8_t)((w->status & ~STATUS_MASK) | STATUS_NO_VALUE);
    out->mantissa[i] = is_number ? w->number.mantissa : 0;
    out->exponent[i] = is_number && !w->is_raw ? (int8_t)w->number.exponent : 0;
    if (out->decimals)
        out->decimals[i] = is_number ? w->number.decimals : 0;
    if (is_number && w->is_raw) {
        out->status[i] |= STATUS_RAW;
        memcpy(&out->mantissa[i], &w->raw, sizeof w->raw);
    }
}

static void put_row(const ndjson_reader *r, const spoken *w, measurement_batch *out)
{
    size_t i = out->n++;
    out->characteristic[i] = r->known[w->path].number - 1;
    out->time[i] = w->has_time ? w->time : TIME_NONE;
    put_number(w, out, i);
    if (out->offset)
        out->offset[i] = w->has_time ? w->offset : TIME_OFFSET_NONE;
    if (out->size)
        out->size[i] = w->size;
    if (out->record)
        out->record[i] = r->line;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (out->context[kind])
            out->context[kind][i] = w->context[kind];
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
    memset(&w, 0, offsetof(spoken, unit));
    w.size = 1;
    w.offset = TIME_OFFSET_NONE;
    w.reason = NULL;
    json_piece line = {JSON_STRING, text, length};
    reader_received(&r->base, 1);
    if (!read_members(r, &w, text, length))
        return refuse_row(r, &w, err);
    if (!(w.seen >> ROLE_VALUE & 1)) {
        ndjson_refuse(&w, r, ROLE_VALUE, &line, "no-value", "a member with the value, or null");
        return refuse_row(r, &w, err);
    }
    assay_status status = know_characteristic(r, &w, err);
    if (status != ASSAY_OK)
        return status;
    if (!place_in_zone(r, &w)) {
        ndjson_refuse(&w, r, ROLE_TIME, &line, "no-such-time", "a wall time that happens in the zone");
        return refuse_row(r, &w, err);
    }
    put_row(r, &w, out);
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

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
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
    } else if (!is_blank(text, length)) {
        status = use_line(r, text, length, out, err);
    }
    r->begin += with_end;
    r->base.offset += with_end;
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
}

static assay_status ndjson_next(reader *base, measurement_batch *out, assay_err *err)
{
    ndjson_reader *r = (ndjson_reader *)base;
    assay_status begun = r->data ? ASSAY_OK : fill(r, err);
    if (begun != ASSAY_OK)
        return begun;
    while (out->n < out->room) {
        size_t held = r->end - r->begin;
        const char *from = r->data + r->begin;
        const char *feed = held ? memchr(from, '\n', held) : NULL;
        assay_status status;
        if (feed) {
            size_t length = (size_t)(feed - from);
            status = take_line(r, length, length + 1, out, err);
        } else if (r->is_all_read) {
            if (!held)
                break;
            status = take_line(r, held, held, out, err);
        } else {
            if (out->n && base->in.is_pipe)
                break; /* what a live source has said goes on at once */
            drop_excess(r);
            status = fill(r, err);
        }
        if (status != ASSAY_OK)
            return status;
    }
    if (r->nested)
        reader_warn(base, "members that are objects or lists are not read");
    if (r->unknown)
        reader_warn(base, "members without a known name are not read");
    return ASSAY_OK;
}

static assay_status ndjson_resume(reader *base, uint64_t offset, uint64_t record, assay_err *err)
{
    ndjson_reader *r = (ndjson_reader *)base;
    assay_status status = source_seek(&base->in, offset, err);
    if (status != ASSAY_OK)
        return status;
    base->offset = offset;
    r->line = record;
    return ASSAY_OK;
}

/* -- life ------------------------------------------------------------------------------------------- */

static void ndjson_describe(const reader *base, buf *out)
{
    const ndjson_reader *r = (const ndjson_reader *)base;
    buf_addf(out, "NDJSON, the value in \"%s\", its characteristic in \"%s\", its time in \"%s\"\n",
             r->names[ROLE_VALUE], r->names[ROLE_CHARACTERISTIC], r->names[ROLE_TIME]);
    if (r->nested || r->unknown)
        buf_addf(out, "not read: %llu nested members, %llu without a known name\n",
                 (unsigned long long)r->nested, (unsigned long long)r->unknown);
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
    json_scan_done(&r->scan);
}

static const reader_ops ndjson_ops = {ndjson_next, NULL, ndjson_resume, ndjson_describe, ndjson_close};

static const char *name_or(const char *given, const char *usual)
{
    return given ? given : usual;
}

static bool keep_names(ndjson_reader *r, const read_mapping *m)
{
    r->names[ROLE_VALUE] = name_or(m->value, "value");
    r->names[ROLE_CHARACTERISTIC] = name_or(m->characteristic, "characteristic");
    r->names[ROLE_TIME] = name_or(m->time, "time");
    r->names[ROLE_SIZE] = name_or(m->size, "size");
    r->names[ROLE_UNIT] = name_or(m->unit, "unit");
    r->names[ROLE_STATUS] = "status";
    r->names[ROLE_KIND] = "kind";
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        r->names[ROLE_CONTEXT + kind] =
            name_or(m->context[kind], context_name((context_kind)kind));
    for (int role = 0; role < ROLE_NONE; role++) {
        r->name_lengths[role] = strlen(r->names[role]);
        r->names[role] = arena_text(&r->base.texts, r->names[role], r->name_lengths[role]);
        if (!r->names[role])
            return false;
    }
    return true;
}

static assay_status open_parts(ndjson_reader *r, const read_options *options, assay_err *err)
{
    if (!keep_names(r, &options->mapping))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for names");
    assay_status status = reader_use_contexts(&r->base, (1u << CONTEXT_COUNT) - 1, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->paths, err);
    if (status == ASSAY_OK && options->zone)
        status = zone_open(options->zone, &r->zone, err);
    return status;
}

assay_status ndjson_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    ndjson_reader *r = calloc(1, sizeof *r);
    if (!r) {
        source_close(in);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a reader");
    }
    assay_status status = reader_init(&r->base, &ndjson_ops, in, options, err);
    if (status != ASSAY_OK) {
        free(r);
        return status;
    }
    status = open_parts(r, options, err);
    if (status != ASSAY_OK) {
        reader_close(&r->base);
        return status;
    }
    buf_add_text(&r->base.dialect, "");
    *out = &r->base;
    return ASSAY_OK;
}
