/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Table export of a coordinate measuring machine: NAME_chr.txt with one row for each characteristic
 * of each part, and NAME_hdr.txt beside it with when, where and by whom it was measured
 * (docs/format/calypso.md). Tabs between fields, names of columns in the first line, "END" in the
 * last. Tolerances are deviations from the nominal. */
#include "base/i18n.h"
#include "base/text.h"
#include "read/reader_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { columns_max = 128, line_max = 64 * 1024, piece_bytes = 64 * 1024, runs_max = 100000 };

#define COLUMN_LIST(X)                                                                             \
    X(planid) X(partnb) X(id) X(actual) X(nominal) X(uppertol) X(lowertol) X(natuppertolid)         \
    X(natlowertolid) X(unit) X(date) X(time) X(operid) X(drawingnb) X(order) X(machine)

typedef enum {
#define X(name) COLUMN_##name,
    COLUMN_LIST(X)
#undef X
    COLUMN_COUNT
} column;

static const char *const column_names[] = {
#define X(name) #name,
    COLUMN_LIST(X)
#undef X
};

/* Lines of one of the two files as fields. */
typedef struct {
    transcoder *in;
    buf text; /* UTF-8 that waits */
    size_t begin;
    bool is_all_read;
    int place[COLUMN_COUNT]; /* of a column; -1: it is not there */
    const char *fields[columns_max];
    size_t count;
    uint64_t line;
} table;

/* A row of the header file. */
typedef struct {
    int64_t time;
    uint32_t operator, machine, order;
    const char *drawing;
} run;

typedef struct {
    reader base;
    table rows;
    dictionary *parts, *paths; /* partnb of header rows; paths of characteristics */
    run *runs;                 /* by code of the partnb, the first one also at 0 */
    uint32_t run_count;
    bool has_runs;
    zone *zone;
    uint64_t skip, seen;
    uint64_t *lines; /* [lines_room] of the batch given last */
    size_t lines_room;
    char piece[piece_bytes];
} calypso_reader;

/* -- lines ------------------------------------------------------------------------------------ */

static assay_status fill(table *t, source *in, char *piece, assay_err *err)
{
    size_t got;
    assay_status status = source_read(in, piece, piece_bytes, &got, err);
    if (t->begin) {
        memmove(t->text.data, t->text.data + t->begin, t->text.length - t->begin);
        t->text.length -= t->begin;
        t->begin = 0;
    }
    if (status == ASSAY_OK)
        status = transcoder_feed(t->in, piece, got, got == 0, &t->text, err);
    t->is_all_read = got == 0;
    if (status == ASSAY_OK && t->text.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a line");
    return status;
}

static void split(table *t, char *line)
{
    line[strcspn(line, "\r")] = 0;
    t->count = 0;
    for (char *at = line; at && t->count < columns_max;) {
        t->fields[t->count++] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = 0;
    }
}

/* The next line into fields; false at the end. A line that is too long ends the file. */
static assay_status next_line(table *t, source *in, char *piece, bool *is_there, assay_err *err)
{
    *is_there = false;
    for (;;) {
        size_t left = t->text.length - t->begin;
        char *line = left ? t->text.data + t->begin : NULL;
        char *end = left ? memchr(line, '\n', left) : NULL;
        if (!end && left > line_max)
            return assay_fail(err, ASSAY_LIMIT, 0, "%s: line %llu has more than %d bytes", in->name,
                              (unsigned long long)t->line + 1, line_max);
        if (!end && !t->is_all_read) {
            assay_status status = fill(t, in, piece, err);
            if (status != ASSAY_OK)
                return status;
            continue;
        }
        if (!left)
            return ASSAY_OK;
        if (end)
            *end = 0;
        t->begin = end ? (size_t)(end - t->text.data) + 1 : t->text.length;
        t->line++;
        *is_there = true;
        split(t, line);
        return ASSAY_OK;
    }
}

static const char *field(const table *t, column c)
{
    int place = t->place[c];
    return place >= 0 && (size_t)place < t->count ? t->fields[place] : "";
}

static assay_status begin_table(table *t, source *in, char *piece, assay_err *err)
{
    size_t mark = 0;
    bool is_there;
    text_encoding encoding =
        encoding_guess(in->head, in->head_length, in->head_is_all, &mark);
    assay_status status = transcoder_open(encoding, &t->in, err);
    in->offset = mark;
    if (status == ASSAY_OK)
        status = next_line(t, in, piece, &is_there, err);
    for (int c = 0; c < COLUMN_COUNT; c++) {
        t->place[c] = -1;
        for (size_t i = 0; status == ASSAY_OK && i < t->count; i++)
            if (strcasecmp(t->fields[i], column_names[c]) == 0)
                t->place[c] = (int)i;
    }
    return status;
}

static void end_table(table *t)
{
    transcoder_close(t->in);
    buf_done(&t->text);
}

/* -- the header file -------------------------------------------------------------------------- */

/* "05.01.2026" or "2026-01-05" or "1/5/2026" (month first), and "08:21:00". */
static bool time_of(const char *date, const char *clock, int64_t *out)
{
    civil c = {0};
    bool is_date = sscanf(date, "%d.%d.%d", &c.day, &c.month, &c.year) == 3 ||
                   sscanf(date, "%d-%d-%d", &c.year, &c.month, &c.day) == 3 ||
                   sscanf(date, "%d/%d/%d", &c.month, &c.day, &c.year) == 3;
    return is_date && sscanf(clock, "%d:%d:%d", &c.hour, &c.minute, &c.second) >= 2 &&
           civil_to_ns(&c, out);
}

static uint32_t text_code(calypso_reader *r, context_kind kind, const char *text)
{
    return dictionary_code(r->base.dictionaries[kind], text, strlen(text));
}

static bool add_run(calypso_reader *r, const table *t)
{
    const char *part = field(t, COLUMN_partnb), *drawing = field(t, COLUMN_drawingnb);
    uint32_t code = dictionary_code(r->parts, part, strlen(part));
    run *grown = realloc(r->runs, (code + 2) * sizeof *grown);
    if (!grown)
        return false;
    r->runs = grown;
    run *own = &r->runs[code];
    *own = (run){.time = TIME_NONE,
                 .operator = text_code(r, CONTEXT_OPERATOR, field(t, COLUMN_operid)),
                 .machine = text_code(r, CONTEXT_MACHINE, field(t, COLUMN_machine)),
                 .order = text_code(r, CONTEXT_ORDER, field(t, COLUMN_order)),
                 .drawing = *drawing ? arena_text(&r->base.texts, drawing, strlen(drawing)) : NULL};
    if (!time_of(field(t, COLUMN_date), field(t, COLUMN_time), &own->time))
        own->time = TIME_NONE;
    if (!r->has_runs)
        r->runs[0] = *own;
    r->has_runs = true;
    r->run_count++;
    return true;
}

/* "X_chr.txt" -> "X_hdr.txt"; false: the file is called otherwise. */
static bool header_path(const char *path, char *out, size_t room)
{
    size_t n = strlen(path);
    if (n < 8 || n >= room || strcasecmp(path + n - 8, "_chr.txt") != 0)
        return false;
    memcpy(out, path, n + 1);
    memcpy(out + n - 8, path[n - 7] == 'C' ? "_HDR" : "_hdr", 4);
    return true;
}

static assay_status read_header(calypso_reader *r, source *in, assay_err *err)
{
    table t = {0};
    bool is_there = true;
    assay_status status = source_head(in, err);
    if (status == ASSAY_OK)
        status = begin_table(&t, in, r->piece, err);
    while (status == ASSAY_OK && is_there && r->run_count < runs_max) {
        status = next_line(&t, in, r->piece, &is_there, err);
        bool is_row = status == ASSAY_OK && is_there && t.count > 2;
        if (is_row && !add_run(r, &t))
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a header");
    }
    end_table(&t);
    return status;
}

static assay_status look_for_header(calypso_reader *r, assay_err *err)
{
    char path[4200];
    source in;
    if (!header_path(r->base.in.name, path, sizeof path) || source_open(&in, path, NULL) != ASSAY_OK) {
        reader_warn(&r->base, "no header file (_hdr.txt) beside it: its measurements have no time");
        return ASSAY_OK;
    }
    assay_status status = read_header(r, &in, err);
    source_close(&in);
    return status;
}

/* One header row is that of the whole file; several are told apart by the part. */
static const run *run_of(const calypso_reader *r, const char *part)
{
    static const run none = {.time = TIME_NONE};
    uint32_t code = r->run_count > 1 ? dictionary_find(r->parts, part, strlen(part)) : 0;
    if (!r->has_runs || (r->run_count > 1 && !code))
        return &none;
    return &r->runs[code];
}

/* -- characteristics -------------------------------------------------------------------------- */

static decimal_kind number_of(const char *text, decimal *out, double *raw)
{
    size_t n = strlen(text);
    decimal_kind kind = decimal_parse(text, n, '.', out, raw);
    return kind == DECIMAL_NONE ? decimal_parse(text, n, ',', out, raw) : kind;
}

static quantity quantity_of(const table *t, column c)
{
    quantity q = {0};
    q.is_given = number_of(field(t, c), &q.value, NULL) == DECIMAL_OK;
    return q;
}

static void set_bound(const table *t, column tolerance, column natural, const quantity *nominal,
                      quantity *out, bound_kind *kind)
{
    quantity deviation = quantity_of(t, tolerance);
    if (!deviation.is_given || !nominal->is_given)
        return;
    out->is_given = decimal_add(&nominal->value, &deviation.value, &out->value);
    bool is_natural = strcmp(field(t, natural), "1") == 0;
    *kind = !out->is_given ? BOUND_NONE : is_natural ? BOUND_NATURAL : BOUND_LIMIT;
}

static void add_level(buf *path, const char *text)
{
    for (; *text; text++)
        buf_add_char(path, *text == '/' || (unsigned char)*text < ' ' ? '-' : *text);
}

/* Its index from 1; 0: no memory. */
static assay_status know(calypso_reader *r, uint32_t *index, assay_err *err)
{
    const table *t = &r->rows;
    const char *plan = field(t, COLUMN_planid), *id = field(t, COLUMN_id);
    const char *unit = field(t, COLUMN_unit), *drawing = run_of(r, field(t, COLUMN_partnb))->drawing;
    buf path = BUF_INIT;
    add_level(&path, plan);
    buf_add_char(&path, '/');
    add_level(&path, id);
    uint32_t before = dictionary_count(r->paths);
    uint32_t code = path.failed ? 0 : dictionary_code(r->paths, path.data, path.length);
    assay_status status = ASSAY_OK;
    if (!code)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a characteristic");
    free_field drawn = {"calypso:drawing", drawing};
    characteristic c = {.path = buf_text(&path), .part_name = plan, .name = id, .decimals = -1,
                        .unit = *unit ? unit : NULL, .nominal = quantity_of(t, COLUMN_nominal),
                        .fields = drawing ? &drawn : NULL, .field_count = drawing != NULL};
    set_bound(t, COLUMN_lowertol, COLUMN_natlowertolid, &c.nominal, &c.lower, &c.lower_kind);
    set_bound(t, COLUMN_uppertol, COLUMN_natuppertolid, &c.nominal, &c.upper, &c.upper_kind);
    if (status == ASSAY_OK && code > before)
        status = reader_characteristic_add(&r->base, &c, index, err);
    *index = code ? code - 1 : 0; /* characteristics are added in the order of their codes */
    buf_done(&path);
    return status;
}

/* -- rows ------------------------------------------------------------------------------------- */

static bool put_time(const calypso_reader *r, const run *of, measurement_batch *out, size_t i)
{
    bool is_folded = false;
    int32_t offset = TIME_OFFSET_NONE;
    out->time[i] = of->time;
    if (of->time != TIME_NONE && r->zone &&
        !zone_to_utc(r->zone, of->time, false, &out->time[i], &offset, &is_folded))
        return false;
    if (out->offset)
        out->offset[i] = offset;
    out->status[i] = is_folded ? STATUS_FOLDED : 0;
    return true;
}

static bool put_number(const char *text, measurement_batch *out, size_t i)
{
    decimal d = {0};
    double raw;
    decimal_kind kind = *text ? number_of(text, &d, &raw) : DECIMAL_OK;
    bool is_raw = kind == DECIMAL_RAW || d.exponent < -30 || d.exponent > 30;
    if (!*text)
        out->status[i] |= STATUS_NO_VALUE;
    out->mantissa[i] = d.mantissa;
    out->exponent[i] = is_raw ? 0 : (int8_t)d.exponent;
    if (out->decimals)
        out->decimals[i] = is_raw ? 0 : d.decimals;
    if (is_raw) {
        memcpy(&out->mantissa[i], &raw, sizeof raw);
        out->status[i] |= STATUS_RAW;
    }
    return kind != DECIMAL_NONE;
}

static void put_contexts(calypso_reader *r, const run *of, measurement_batch *out, size_t i)
{
    uint32_t serial = text_code(r, CONTEXT_SERIAL, field(&r->rows, COLUMN_partnb));
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (out->context[kind])
            out->context[kind][i] = kind == CONTEXT_SERIAL     ? serial
                                    : kind == CONTEXT_OPERATOR ? of->operator
                                    : kind == CONTEXT_MACHINE  ? of->machine
                                    : kind == CONTEXT_ORDER    ? of->order
                                                               : 0;
}

static assay_status refuse(calypso_reader *r, const char *reason, column c, const char *expected,
                           assay_err *err)
{
    const char *found = field(&r->rows, c);
    refusal_case one = {reason, r->rows.line, (uint32_t)(r->rows.place[c] + 1), column_names[c],
                        found, strlen(found), expected};
    return reader_refuse(&r->base, &one, err);
}

static assay_status put_row(calypso_reader *r, measurement_batch *out, assay_err *err)
{
    const table *t = &r->rows;
    const run *of = run_of(r, field(t, COLUMN_partnb));
    size_t i = out->n;
    uint32_t index = 0;
    reader_received(&r->base, 1);
    if (!*field(t, COLUMN_planid) || !*field(t, COLUMN_id))
        return refuse(r, "no-name", COLUMN_id, N_("names of a plan and a characteristic"), err);
    if (!put_time(r, of, out, i))
        return refuse(r, "no-such-time", COLUMN_partnb, N_("a wall time that happens in the zone"), err);
    if (!put_number(field(t, COLUMN_actual), out, i))
        return refuse(r, "not-a-number", COLUMN_actual, N_("a number such as 0.0245"), err);
    assay_status status = know(r, &index, err);
    if (status != ASSAY_OK)
        return status;
    out->characteristic[i] = index;
    if (out->size)
        out->size[i] = 1;
    if (out->record)
        out->record[i] = r->seen;
    r->lines[i] = t->line;
    put_contexts(r, of, out, i);
    out->n++;
    return ASSAY_OK;
}

static assay_status lines_reserve(calypso_reader *r, size_t room, assay_err *err)
{
    if (room <= r->lines_room)
        return ASSAY_OK;
    uint64_t *grown = realloc(r->lines, room * sizeof *grown);
    if (!grown)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a batch");
    r->lines = grown;
    r->lines_room = room;
    return ASSAY_OK;
}

static uint64_t calypso_line(const reader *base, size_t i)
{
    const calypso_reader *r = (const calypso_reader *)base;
    return i < r->lines_room ? r->lines[i] : 0;
}

static assay_status calypso_next(reader *base, measurement_batch *out, assay_err *err)
{
    calypso_reader *r = (calypso_reader *)base;
    bool is_there = true;
    assay_status status = lines_reserve(r, out->room, err);
    while (status == ASSAY_OK && out->n < out->room) {
        status = next_line(&r->rows, &base->in, r->piece, &is_there, err);
        if (status != ASSAY_OK || !is_there)
            break;
        bool is_row = r->rows.count > 1 || (*r->rows.fields[0] && strcmp(r->rows.fields[0], "END") != 0);
        if (!is_row || ++r->seen <= r->skip)
            continue;
        status = put_row(r, out, err);
        base->record = r->seen;
        base->offset = r->seen; /* no place in the file: it is read again from its start */
    }
    return status;
}

static assay_status calypso_resume(reader *base, uint64_t offset, uint64_t record, assay_err *err)
{
    (void)err;
    ((calypso_reader *)base)->skip = record;
    base->offset = offset;
    base->record = record;
    return ASSAY_OK;
}

static void calypso_describe(const reader *base, buf *out)
{
    const calypso_reader *r = (const calypso_reader *)base;
    buf_addf(out, "table export of a coordinate measuring machine, rows of its header file: %u\n",
             r->run_count);
    if (r->has_runs && !r->zone)
        buf_add_text(out, "times are taken as UTC\n");
}

static void calypso_close(reader *base)
{
    calypso_reader *r = (calypso_reader *)base;
    end_table(&r->rows);
    dictionary_free(r->parts);
    dictionary_free(r->paths);
    zone_close(r->zone);
    free(r->runs);
    free(r->lines);
}

/* -- open ------------------------------------------------------------------------------------- */

bool looks_like_calypso(const char *head, size_t length)
{
    static const char start[] = "planid\tpartnb\t";
    size_t n = sizeof start - 1, mark = length > 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    const char *end = memchr(head, '\n', length);
    return length > mark + n && strncasecmp(head + mark, start, n) == 0 && end &&
           memmem(head, (size_t)(end - head), "\tactual\t", 8);
}

static assay_status calypso_begin(reader *base, const read_options *options, assay_err *err)
{
    calypso_reader *r = (calypso_reader *)base;
    uint32_t contexts = 1u << CONTEXT_SERIAL | 1u << CONTEXT_OPERATOR | 1u << CONTEXT_MACHINE |
                        1u << CONTEXT_ORDER;
    assay_status status = reader_use_contexts(&r->base, contexts, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->parts, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->paths, err);
    if (status == ASSAY_OK && options->zone)
        status = zone_open(options->zone, &r->zone, err);
    if (status == ASSAY_OK)
        status = look_for_header(r, err);
    if (status == ASSAY_OK)
        status = begin_table(&r->rows, &r->base.in, r->piece, err);
    bool is_table = r->rows.place[COLUMN_actual] >= 0 && r->rows.place[COLUMN_id] >= 0;
    if (status == ASSAY_OK && !is_table)
        status = assay_fail(err, ASSAY_FORMAT, 0, "%s has no columns id and actual",
                            r->base.in.name);
    buf_add_text(&r->base.dialect, "");
    return status;
}

static const reader_ops calypso_ops = {
    .size = sizeof(calypso_reader), .open = calypso_begin, .next = calypso_next,
    .resume = calypso_resume, .describe = calypso_describe, .close = calypso_close,
    .line = calypso_line,
};

assay_status calypso_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    return reader_open_as(&calypso_ops, in, options, out, err);
}
