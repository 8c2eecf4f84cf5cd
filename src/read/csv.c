/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of CSV and other delimited text: opens, hands blocks out as batches, resumes. */
#include "read/csv_pool.h"
#include "read/csv_said.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

enum { texts_count = CONTEXT_COUNT + 1, workers_max = 16, threads_from_bytes = 4 << 20 };

/* A worker's codes in the reader's. */
typedef struct {
    uint32_t *codes; /* [count], of code 1, 2 ... */
    uint32_t count, room;
    bool is_other;   /* some code differs */
} code_map;

typedef struct {
    reader base;
    csv_dialect dialect;
    csv_layout layout;
    zone *zone;
    csv_plan plan;
    csv_input input;
    csv_pool *pool;
    unsigned threads;
    csv_said said;
    dictionary *names;  /* characteristics by text, when a column names them */
    dictionary *former[CONTEXT_COUNT]; /* the reader's before it was renewed */
    uint32_t renew_at[CONTEXT_COUNT];
    code_map maps[workers_max][texts_count];
    csv_block *block;   /* being handed out */
    uint64_t records, lines; /* before it */
    size_t first; /* row of the block that the last batch began with */
    uint64_t broken;
    /* the hour that happens twice */
    int64_t fold_wall;
    bool is_fold_later;
} csv_reader;

static csv_reader *self(reader *r)
{
    return (csv_reader *)r;
}

/* -- taking a block over -- */

static uint32_t code_clean(csv_reader *c, dictionary *d, const csv_text *text)
{
    if (utf8_valid(text->text, text->length) == text->length)
        return dictionary_code(d, text->text, text->length);
    buf clean = BUF_INIT;
    size_t used;
    for (size_t at = 0; at < text->length; at += used) {
        if (utf8_decode(text->text + at, text->length - at, &used) == 0xFFFD)
            buf_add(&clean, "\xEF\xBF\xBD", 3);
        else
            buf_add(&clean, text->text + at, used);
    }
    reader_warn(&c->base, _("some texts are not valid UTF-8; broken bytes are shown as U+FFFD "
                            "(pin the encoding, such as encoding=cp1252)"));
    uint32_t code = clean.failed ? 0 : dictionary_code(d, clean.data, clean.length);
    buf_done(&clean);
    return code;
}

static assay_status characteristic_name(csv_reader *c, const csv_text *name, uint32_t *code, assay_err *err)
{
    uint32_t before = dictionary_count(c->names), index;
    *code = code_clean(c, c->names, name);
    if (*code == 0)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a characteristic");
    if (*code <= before)
        return ASSAY_OK;
    const char *text = dictionary_text(c->names, *code, NULL);
    bool is_subgroup = c->dialect.shape == CSV_LAYOUT_SUBGROUP && c->layout.value_count > 1;
    characteristic made = {.path = text, .name = text, .decimals = -1,
                           .size_decimals = c->layout.size_decimals, .kind = c->layout.kind,
                           .subgroup_size = is_subgroup ? c->layout.value_count : 0};
    return reader_characteristic_add(&c->base, &made, &index, err);
}

static bool map_add(code_map *m, uint32_t code)
{
    if (m->count == m->room) {
        uint32_t room = m->room ? m->room * 2 : 64;
        uint32_t *codes = realloc(m->codes, room * sizeof *codes);
        if (!codes)
            return false;
        m->codes = codes;
        m->room = room;
    }
    m->codes[m->count++] = code;
    m->is_other |= code != m->count;
    return true;
}

/* A worker began to count anew: its codes so far are of no use any more. */
static void retired_take(csv_reader *c, csv_block *b)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (b->retired[kind]) {
            c->maps[b->worker][kind].count = 0;
            c->maps[b->worker][kind].is_other = true;
        }
    }
    csv_block_forget(b);
}

static void map_move(code_map *m, const dictionary *from, dictionary *to)
{
    for (uint32_t i = 0; i < m->count; i++) {
        size_t length;
        const char *text = dictionary_text(from, m->codes[i], &length);
        m->codes[i] = dictionary_code(to, text, length);
    }
    m->is_other |= m->count > 0;
}

/* Another dictionary with only what the workers still know, once it has grown by a quarter million. */
static assay_status dictionary_renew(csv_reader *c, int kind, assay_err *err)
{
    enum { texts_more = 1 << 18 };
    dictionary *old = c->base.dictionaries[kind], *fresh;
    if (!(c->plan.forgets >> kind & 1) || !old)
        return ASSAY_OK;
    if (!c->renew_at[kind])
        c->renew_at[kind] = texts_more;
    if (dictionary_count(old) < c->renew_at[kind])
        return ASSAY_OK;
    assay_status status = dictionary_new(&fresh, err);
    if (status != ASSAY_OK)
        return status;
    for (int worker = 0; worker < workers_max; worker++)
        map_move(&c->maps[worker][kind], old, fresh);
    dictionary_free(c->former[kind]);
    c->former[kind] = old;
    c->base.dictionaries[kind] = fresh;
    c->renew_at[kind] = dictionary_count(fresh) + texts_more;
    return ASSAY_OK;
}

static assay_status fresh_take(csv_reader *c, const csv_block *b, int list, assay_err *err)
{
    code_map *m = &c->maps[b->worker][list];
    for (uint32_t i = 0; i < b->fresh_count[list]; i++) {
        uint32_t code;
        if (list == CONTEXT_COUNT) {
            assay_status status = characteristic_name(c, &b->fresh[list][i], &code, err);
            if (status != ASSAY_OK)
                return status;
        } else {
            code = code_clean(c, c->base.dictionaries[list], &b->fresh[list][i]);
        }
        if (code == 0 || !map_add(m, code))
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the texts of %s", c->base.in.name);
    }
    return ASSAY_OK;
}

/* The unit is part of the definition from its first row on; what else is said is known at the end. */
static assay_status notes_take(csv_reader *c, const csv_block *b, assay_err *err)
{
    bool has_names = c->layout.characteristic != CSV_NO_FIELD;
    for (uint32_t i = 0; i < b->note_count; i++) {
        const csv_note *n = &b->notes[i];
        uint32_t index = has_names ? c->maps[b->worker][CONTEXT_COUNT].codes[n->code] - 1 : n->code;
        if (!csv_said_take(&c->said, &c->base, index, n, c->lines + n->line + 1, c->dialect.decimal))
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the texts of %s", c->base.in.name);
        characteristic *own = c->base.characteristics[index];
        if (n->is == PROPERTY_UNIT && !own->unit)
            own->unit = csv_said_at(&c->said, index)->unit;
    }
    return ASSAY_OK;
}

static assay_status refusals_take(csv_reader *c, const csv_block *b, assay_err *err)
{
    reader *r = &c->base;
    for (uint32_t i = 0; i < b->refusal_count; i++) {
        const csv_refusal *f = &b->refusals[i];
        const char *column = f->field && f->field <= c->layout.columns && c->layout.names
                                 ? c->layout.names[f->field - 1]
                                 : NULL;
        refusal_case where = {.reason = f->reason, .line = c->lines + f->line + 1, .field = f->field,
                              .column = column, .found = f->found, .expected = f->expected,
                              .found_length = f->found_length < sizeof f->found ? f->found_length
                                                                                : sizeof f->found};
        for (uint64_t n = 0; n < f->count; n++) {
            assay_status status = reader_refuse(r, &where, err);
            if (status != ASSAY_OK)
                return status;
        }
    }
    return ASSAY_OK;
}

static assay_status long_line_take(csv_reader *c, assay_err *err)
{
    refusal_case where = {.reason = "line-too-long", .line = c->lines + c->block->lines + 1,
                          .expected = N_("at most 1 MiB between two line ends")};
    reader_received(&c->base, 1);
    return reader_refuse(&c->base, &where, err);
}

/* Folded rows come from the worker as the first pass of that hour. Once the wall clock steps back
 * among them, the second pass has begun. */
static void folds_settle(csv_reader *c, csv_block *b)
{
    for (size_t i = 0; i < b->n; i++) {
        if (!(b->status[i] & STATUS_FOLDED))
            continue;
        int64_t wall = b->time[i] + b->offset_s[i] * NS_PER_S;
        uint64_t apart = wall > c->fold_wall ? (uint64_t)wall - (uint64_t)c->fold_wall
                                             : (uint64_t)c->fold_wall - (uint64_t)wall;
        bool is_same_night = apart < 43200 * (uint64_t)NS_PER_S;
        c->is_fold_later = is_same_night && (c->is_fold_later || wall < c->fold_wall);
        c->fold_wall = wall;
        bool folded;
        if (c->is_fold_later &&
            !zone_to_utc(c->zone, wall, true, &b->time[i], &b->offset_s[i], &folded))
            b->time[i] = TIME_NONE;
    }
}

static assay_status block_start(csv_reader *c, assay_err *err)
{
    csv_block *b = c->block;
    if (b->out_of_memory)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the rows and texts of %s", c->base.in.name);
    retired_take(c, b);
    for (int list = 0; list < texts_count; list++) {
        assay_status status = list < CONTEXT_COUNT ? dictionary_renew(c, list, err) : ASSAY_OK;
        if (status == ASSAY_OK)
            status = fresh_take(c, b, list, err);
        if (status != ASSAY_OK)
            return status;
    }
    assay_status noted = notes_take(c, b, err);
    if (noted != ASSAY_OK)
        return noted;
    if (b->has_folded)
        folds_settle(c, b);
    reader_received(&c->base, b->received);
    c->broken += b->broken;
    if (b->broken)
        reader_warn(&c->base, _("some characters are not valid %s and are shown as U+FFFD"),
                    encoding_name(c->dialect.encoding));
    return c->base.is_strict ? ASSAY_OK : refusals_take(c, b, err);
}

/* All rows of the block are given out. */
static assay_status block_finish(csv_reader *c, assay_err *err)
{
    csv_block *b = c->block;
    assay_status status = ASSAY_OK;
    if (c->base.is_strict)
        status = refusals_take(c, b, err);
    if (status == ASSAY_OK && b->has_long_line)
        status = long_line_take(c, err);
    c->records += b->records + b->has_long_line;
    c->lines += b->lines + b->has_long_line;
    c->block = NULL;
    return status;
}

/* -- handing out -- */

static void codes_copy(const code_map *m, const uint32_t *from, size_t n, uint32_t *to)
{
    if (!m->is_other) {
        memcpy(to, from, n * sizeof *to);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] ? m->codes[from[i] - 1] : 0;
}

/* Characteristics count from 0. */
static void characteristics_copy(const code_map *m, const uint32_t *from, size_t n, uint32_t *to)
{
    if (!m->is_other) {
        memcpy(to, from, n * sizeof *to);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = m->codes[from[i]] - 1;
}

static void rows_copy(const csv_reader *c, const csv_block *b, size_t from, size_t n,
                      measurement_batch *out)
{
    const code_map *maps = c->maps[b->worker];
    characteristics_copy(&maps[CONTEXT_COUNT], b->characteristic + from, n, out->characteristic);
    memcpy(out->time, b->time + from, n * sizeof *out->time);
    memcpy(out->mantissa, b->mantissa + from, n * sizeof *out->mantissa);
    memcpy(out->exponent, b->exponent + from, n);
    memcpy(out->status, b->status + from, n);
    if (out->decimals)
        memcpy(out->decimals, b->decimals + from, n);
    for (size_t i = 0; out->offset && i < n; i++)
        out->offset[i] = b->offset_s ? b->offset_s[from + i] : TIME_OFFSET_NONE;
    for (size_t i = 0; out->size && i < n; i++)
        out->size[i] = b->size ? b->size[from + i] : 1;
    for (size_t i = 0; out->record && i < n; i++)
        out->record[i] = c->records + b->record[from + i] + 1;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (out->context[kind] && b->context[kind])
            codes_copy(&maps[kind], b->context[kind] + from, n, out->context[kind]);
        else if (out->context[kind])
            memset(out->context[kind], 0, n * sizeof *out->context[kind]);
    }
    out->n = n;
}

/* Whole records if they fit, so that the offset is a place to go on from. */
static size_t rows_fitting(const csv_block *b, size_t from, size_t left, size_t room)
{
    if (left <= room)
        return left;
    size_t n = room;
    while (n > 0 && b->record[from + n - 1] == b->record[from + n])
        n--;
    return n ? n : room;
}

static void block_give(csv_reader *c, size_t limit, measurement_batch *out)
{
    csv_block *b = c->block;
    size_t n = rows_fitting(b, b->given, limit - b->given, out->room);
    rows_copy(c, b, b->given, n, out);
    c->first = b->given;
    b->given += n;
    bool is_edge = b->given == b->n || b->record[b->given - 1] != b->record[b->given];
    size_t edge = b->given;
    while (!is_edge && edge > 0 && b->record[edge - 1] == b->record[b->given])
        edge--;
    /* At its end the block is consumed with the refused rows behind its last one. */
    bool is_whole = b->given == b->n && !b->has_long_line && limit == b->n;
    if (is_whole)
        c->base.offset = csv_source_offset(b, c->dialect.encoding, c->dialect.is_cr, b->length);
    c->base.record = is_whole ? c->records + b->records : 0;
    if (!is_whole && edge > 0)
        c->base.offset = csv_source_offset(b, c->dialect.encoding, c->dialect.is_cr, b->end[edge - 1]);
}

static assay_status pool_start(csv_reader *c, assay_err *err)
{
    if (c->pool)
        return ASSAY_OK;
    unsigned threads = c->threads ? c->threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    bool is_small = c->base.in.size - c->input.offset < threads_from_bytes;
    if (c->base.in.is_pipe || (is_small && c->threads == 0))
        threads = 1;
    return csv_pool_open(&c->plan, &c->input, threads < workers_max ? threads : workers_max,
                         &c->pool, err);
}

static assay_status csv_next(reader *r, measurement_batch *out, assay_err *err)
{
    csv_reader *c = self(r);
    assay_status status = pool_start(c, err);
    while (status == ASSAY_OK) {
        if (!c->block) {
            status = csv_pool_next(c->pool, &c->block, err);
            if (status != ASSAY_OK)
                break;
            if (c->block->length == 0 && !c->block->has_long_line) {
                r->offset = c->block->offset;
                c->block = NULL;
                return ASSAY_OK;
            }
            status = block_start(c, err);
            continue;
        }
        size_t limit = c->block->strict_row < c->block->n ? c->block->strict_row : c->block->n;
        if (c->block->given < limit) {
            block_give(c, limit, out);
            return ASSAY_OK;
        }
        status = block_finish(c, err);
    }
    return status;
}

/* -- draining -- */

typedef struct {
    csv_reader *reader;
    reader_taker *take;
    void *context;
    uint64_t *record; /* of a view whose records do not follow one by one */
    size_t record_room;
} drain;

static bool records_fill(drain *d, const csv_block *b)
{
    if (b->n > d->record_room) {
        uint64_t *grown = realloc(d->record, b->rows_room * sizeof *grown);
        if (!grown)
            return false;
        d->record = grown;
        d->record_room = b->rows_room;
    }
    for (size_t i = 0; i < b->n; i++)
        d->record[i] = d->reader->records + b->record[i] + 1;
    return true;
}

/* The worker's codes in the reader's, where they stand. */
static void block_translate(const csv_reader *c, csv_block *b)
{
    const code_map *maps = c->maps[b->worker];
    if (maps[CONTEXT_COUNT].is_other)
        characteristics_copy(&maps[CONTEXT_COUNT], b->characteristic, b->n, b->characteristic);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (b->context[kind] && maps[kind].is_other)
            codes_copy(&maps[kind], b->context[kind], b->n, b->context[kind]);
    }
}

static assay_status block_take_all(drain *d, csv_block *b, assay_err *err)
{
    csv_reader *c = d->reader;
    size_t n = b->strict_row < b->n ? b->strict_row : b->n;
    bool has_status = b->has_status || b->has_folded;
    measurement_batch view = {
        .n = n, .room = n, .characteristic = b->characteristic, .time = b->time,
        .offset = b->offset_s, .mantissa = b->mantissa, .exponent = b->exponent,
        .decimals = b->decimals, .status = has_status ? b->status : NULL, .size = b->size,
        .first_record = c->records + 1, .is_even = b->is_even && !has_status,
    };
    bool is_row_each = c->layout.value_count == 1 && b->n == b->records; /* none refused */
    if (!is_row_each && !records_fill(d, b))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the rows of %s", c->base.in.name);
    view.record = is_row_each ? NULL : d->record;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        view.context[kind] = b->context[kind];
    block_translate(c, b);
    c->base.given += n;
    bool is_whole = n == b->n || n == 0; /* else it ends with a refusal */
    size_t end = is_whole ? b->length : b->end[n - 1];
    c->base.offset = csv_source_offset(b, c->dialect.encoding, c->dialect.is_cr, end);
    c->base.record = c->records + (is_whole ? b->records : b->record[n - 1] + 1);
    return n ? d->take(d->context, &view, err) : ASSAY_OK;
}

static assay_status drain_block(void *context, csv_block *b, assay_err *err)
{
    drain *d = context;
    if (b->length == 0 && !b->has_long_line) {
        d->reader->base.offset = b->offset;
        return ASSAY_OK;
    }
    d->reader->block = b;
    assay_status status = block_start(d->reader, err);
    if (status == ASSAY_OK)
        status = block_take_all(d, b, err);
    return status == ASSAY_OK ? block_finish(d->reader, err) : status;
}

static assay_status csv_drain(reader *r, reader_taker *take, void *context, assay_err *err)
{
    drain d = {.reader = self(r), .take = take, .context = context};
    assay_status status = pool_start(d.reader, err);
    if (status == ASSAY_OK)
        status = csv_pool_drain(d.reader->pool, drain_block, &d, err);
    free(d.record);
    return status;
}

static assay_status csv_resume(reader *r, uint64_t offset, uint64_t record, assay_err *err)
{
    csv_reader *c = self(r);
    if (offset < c->input.offset)
        return assay_fail(err, ASSAY_DOMAIN, 0, "byte %llu of %s is before its data",
                          (unsigned long long)offset, r->in.name);
    assay_status status = source_seek(&r->in, offset, err);
    if (status != ASSAY_OK)
        return status;
    c->input.offset = r->offset = offset;
    c->records = record;
    c->lines += record;
    return ASSAY_OK;
}

static const characteristic *csv_said_of_index(const reader *r, size_t index)
{
    const csv_reader *c = (const csv_reader *)r;
    return csv_said_at(&c->said, index);
}

static uint64_t csv_line_of_row(const reader *r, size_t i)
{
    const csv_reader *c = (const csv_reader *)r;
    const csv_block *b = c->block;
    size_t row = c->first + i;
    if (!b || row >= b->n)
        return 0;
    uint64_t line = c->lines + (b->has_lines ? b->line[row] + 1u : 0u);
    for (size_t at = 0; !b->has_lines && at < b->end[row]; at++)
        line += b->text[at] == '\n';
    return line;
}

static void csv_close(reader *r)
{
    csv_reader *c = self(r);
    csv_said_done(&c->said);
    csv_pool_close(c->pool);
    for (int worker = 0; worker < workers_max; worker++) {
        for (int list = 0; list < texts_count; list++)
            free(c->maps[worker][list].codes);
    }
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(c->former[kind]);
    buf_done(&c->input.carry);
    dictionary_free(c->names);
    zone_close(c->zone);
}

/* -- in words -- */

static const char *delimiter_word(char delimiter)
{
    switch (delimiter) {
    case ',':
        return _("comma");
    case ';':
        return _("semicolon");
    case '\t':
        return _("tab");
    case '|':
        return _("vertical bar");
    case ' ':
        return _("blanks");
    default:
        return _("another sign");
    }
}

static void describe_column(const csv_reader *c, buf *out, const char *role, uint32_t field)
{
    if (field == CSV_NO_FIELD)
        return;
    if (c->layout.names)
        buf_addf(out, _("  %s: column %u, %s\n"), role, field + 1, c->layout.names[field]);
    else
        buf_addf(out, _("  %s: column %u\n"), role, field + 1);
}

static const char *const context_words[CONTEXT_COUNT] = {
    N_("serial"), N_("subgroup"), N_("batch"), N_("operator"), N_("machine"), N_("gauge"), N_("event"),
    N_("station"), N_("cavity"), N_("stage"), N_("part"), N_("group"), N_("order"), N_("note"),
};

static void csv_describe(const reader *r, buf *out)
{
    const csv_reader *c = (const csv_reader *)r;
    const csv_dialect *d = &c->dialect;
    const csv_layout *layout = &c->layout;
    if (r->sheet)
        buf_addf(out, _("sheet \"%s\" of an Excel workbook, "), r->sheet);
    else
        buf_addf(out, _("delimited text: %s, fields apart by %s, decimal %s, "), encoding_name(d->encoding),
                 delimiter_word(d->delimiter), d->decimal == ',' ? _("comma") : _("point"));
    if (d->has_header)
        buf_addf(out, _("names in line %u\n"), d->skip + 1);
    else
        buf_addf(out, _("no names, data from line %llu\n"), (unsigned long long)c->lines + 1);
    for (uint32_t v = 0; v < layout->value_count && v < 20; v++)
        describe_column(c, out, _("value"), layout->values[v]);
    if (layout->value_count > 20)
        buf_addf(out, _("  and %u more value columns\n"), layout->value_count - 20);
    if (d->shape == CSV_LAYOUT_SUBGROUP)
        buf_add_text(out, _("  each row is one subgroup\n"));
    if (d->shape == CSV_LAYOUT_WIDE && layout->value_count > 1)
        buf_add_text(out, _("  each value column is one characteristic\n"));
    describe_column(c, out, _("characteristic"), layout->characteristic);
    describe_column(c, out, _("time"), layout->time);
    describe_column(c, out, _("time of day"), layout->clock);
    if (layout->time != CSV_NO_FIELD)
        buf_addf(out, _("    as %s, zone %s\n"), _(csv_date_text(d->date)),
                 d->zone[0] ? d->zone : _("UTC unless written"));
    describe_column(c, out, _("size"), layout->size);
    for (property p = 0; p < PROPERTY_COUNT; p++)
        describe_column(c, out, property_words(p), layout->property[p]);
    for (uint32_t v = 0; layout->own && v < layout->value_count && v < 20; v++)
        for (property p = 0; p < PROPERTY_COUNT; p++)
            describe_column(c, out, property_words(p), layout->own[v][p]);
    for (uint32_t i = 0; i < layout->context_count; i++)
        describe_column(c, out, _(context_words[layout->contexts[i].kind]), layout->contexts[i].field);
}

static const char *role_of(const csv_layout *l, uint32_t field)
{
    const struct {
        uint32_t field;
        const char *role;
    } roles[] = {{l->characteristic, "characteristic"}, {l->time, "time"}, {l->clock, "clock"},
                 {l->size, "size"}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].field == field)
            return roles[i].role;
    for (property p = 0; p < PROPERTY_COUNT; p++) {
        bool is_own = false;
        for (uint32_t v = 0; l->own && v < l->value_count; v++)
            is_own |= l->own[v][p] == field;
        if (is_own || l->property[p] == field)
            return property_name(p);
    }
    for (uint32_t i = 0; i < l->value_count; i++)
        if (l->values[i] == field)
            return "value";
    for (uint32_t i = 0; i < l->context_count; i++)
        if (l->contexts[i].field == field)
            return context_name(l->contexts[i].kind);
    return NULL;
}

static size_t csv_columns(const reader *r, read_column *out, size_t room)
{
    const csv_layout *l = &((const csv_reader *)r)->layout;
    size_t n = l->columns < room ? l->columns : room;
    for (uint32_t i = 0; i < n; i++)
        out[i] = (read_column){i + 1, l->names ? l->names[i] : NULL, role_of(l, i)};
    return n;
}

/* -- opening -- */

static bool has_only_cr(const char *text, size_t length)
{
    return memchr(text, '\r', length) && !memchr(text, '\n', length);
}

/* The head as UTF-8 with \n, and what encoding it was in. */
static assay_status head_convert(csv_reader *c, unsigned pinned, buf *out, assay_err *err)
{
    const source *in = &c->base.in;
    csv_dialect *d = &c->dialect;
    text_encoding guess = encoding_guess(in->head, in->head_length, in->head_is_all, &d->mark);
    if (!(pinned & CSV_PIN_ENCODING))
        d->encoding = guess;
    const char *bytes = in->head + d->mark;
    size_t length = in->head_length - d->mark;
    if (d->encoding == ENCODING_UTF8) {
        buf_add(out, bytes, length);
    } else {
        transcoder *t;
        assay_status status = transcoder_open(d->encoding, &t, err);
        if (status != ASSAY_OK)
            return status;
        status = transcoder_feed(t, bytes, length, in->head_is_all, out, err);
        transcoder_close(t);
        if (status != ASSAY_OK)
            return status;
    }
    d->is_cr = out->length > 0 && has_only_cr(out->data, out->length);
    for (size_t i = 0; d->is_cr && i < out->length; i++)
        out->data[i] = out->data[i] == '\r' ? '\n' : out->data[i];
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory to look at %s", in->name)
                       : ASSAY_OK;
}

/* Where the data begin in the source: behind so many line ends. */
static uint64_t data_offset(const csv_reader *c, uint64_t lines)
{
    const source *in = &c->base.in;
    text_encoding e = c->dialect.encoding;
    size_t unit = e == ENCODING_UTF16LE || e == ENCODING_UTF16BE ? 2 : 1, at = c->dialect.mark;
    char line = c->dialect.is_cr ? '\r' : '\n';
    while (lines > 0 && at + unit <= in->head_length) {
        const char *p = in->head + at;
        lines -= e == ENCODING_UTF16LE   ? p[0] == line && p[1] == 0
                 : e == ENCODING_UTF16BE ? p[0] == 0 && p[1] == line
                                         : p[0] == line;
        at += unit;
    }
    return lines > 0 ? in->head_length : at;
}

static assay_status zone_choose(csv_reader *c, const read_options *options, unsigned pinned,
                                assay_err *err)
{
    csv_dialect *d = &c->dialect;
    if (!(pinned & CSV_PIN_ZONE) && options->zone && strlen(options->zone) < sizeof d->zone)
        strcpy(d->zone, options->zone);
    if (c->layout.time == CSV_NO_FIELD)
        d->zone[0] = 0;
    return d->zone[0] ? zone_open(d->zone, &c->zone, err) : ASSAY_OK;
}

static uint32_t contexts_of(const csv_layout *layout)
{
    uint32_t set = 0;
    for (uint32_t i = 0; i < layout->context_count; i++)
        set |= 1u << layout->contexts[i].kind;
    return set;
}

static assay_status plan_make(csv_reader *c, const csv_sample *sample, assay_err *err)
{
    reader *r = &c->base;
    uint32_t contexts = contexts_of(&c->layout);
    r->has_properties = c->layout.has_properties;
    c->plan = (csv_plan){.dialect = &c->dialect, .layout = &c->layout, .zone = c->zone,
                         .is_strict = r->is_strict, .contexts = contexts, .forgets = r->forgets};
    c->lines = sample->data_line;
    c->input = (csv_input){.in = &r->in, .encoding = c->dialect.encoding, .is_cr = c->dialect.is_cr,
                           .delimiter = c->dialect.delimiter,
                           .offset = data_offset(c, sample->data_line)};
    r->offset = c->input.offset;
    csv_dialect_write(&c->dialect, &r->dialect);
    assay_status status = reader_use_contexts(r, contexts, err);
    if (status == ASSAY_OK && c->layout.characteristic != CSV_NO_FIELD)
        status = dictionary_new(&c->names, err);
    if (status == ASSAY_OK)
        status = source_seek(&r->in, c->input.offset, err);
    return status;
}

static assay_status csv_begin(reader *r, const read_options *options, assay_err *err)
{
    csv_reader *c = (csv_reader *)r;
    c->threads = options->threads;
    c->fold_wall = INT64_MIN / 2;
    unsigned pinned = 0;
    buf head = BUF_INIT;
    arena scratch;
    csv_sample sample;
    arena_init(&scratch);
    c->dialect = (csv_dialect){.delimiter = ',', .decimal = '.'};
    assay_status status = ASSAY_OK;
    if (options->dialect)
        status = csv_dialect_parse(options->dialect, &c->dialect, &pinned, err);
    if (status == ASSAY_OK)
        status = head_convert(c, pinned, &head, err);
    if (status == ASSAY_OK)
        status = csv_sample_take(&scratch, buf_text(&head), head.length, r->in.head_is_all, pinned,
                                 &c->dialect, &sample, err);
    if (status == ASSAY_OK)
        status = csv_layout_make(r, options, &c->dialect, &sample, &c->layout, err);
    if (status == ASSAY_OK)
        status = zone_choose(c, options, pinned, err);
    if (status == ASSAY_OK)
        status = plan_make(c, &sample, err);
    arena_done(&scratch);
    buf_done(&head);
    return status;
}

static const reader_ops csv_ops = {
    .size = sizeof(csv_reader), .open = csv_begin, .next = csv_next, .drain = csv_drain,
    .resume = csv_resume, .describe = csv_describe, .close = csv_close, .columns = csv_columns,
    .said = csv_said_of_index, .line = csv_line_of_row,
};

assay_status csv_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    return reader_open_as(&csv_ops, in, options, out, err);
}
