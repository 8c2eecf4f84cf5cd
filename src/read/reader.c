/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door: which format a source is, and what every reader counts alike. */
#include "read/reader_priv.h"

#include "base/i18n.h"
#include "base/utf8.h"
#include "read/workbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { found_max = 60 };

/* -- bookkeeping -- */

assay_status reader_open_as(const reader_ops *ops, source *in, const read_options *options, reader **out,
                            assay_err *err)
{
    reader *r = calloc(1, ops->size);
    if (!r) {
        source_close(in);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    }
    r->ops = ops;
    r->in = *in;
    *in = (source){.fd = -1};
    r->is_strict = options->strict;
    r->forgets = options->forgets;
    arena_init(&r->texts);
    r->dialect = BUF_INIT;
    r->refusals = arena_array(&r->texts, refusal, reader_refusals_max);
    r->warnings = arena_array(&r->texts, const char *, reader_warnings_max);
    assay_status status = r->refusals && r->warnings
                              ? ops->open(r, options, err)
                              : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    if (status == ASSAY_OK)
        *out = r;
    else
        reader_close(r);
    return status;
}

assay_status reader_use_contexts(reader *r, uint32_t contexts, assay_err *err)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        if (!(contexts & 1u << kind) || r->dictionaries[kind])
            continue;
        assay_status status = dictionary_new(&r->dictionaries[kind], err);
        if (status != ASSAY_OK)
            return status;
        r->contexts |= 1u << kind;
    }
    return ASSAY_OK;
}

assay_status reader_characteristic_add(reader *r, const characteristic *c, uint32_t *index,
                                       assay_err *err)
{
    if (r->characteristic_count == r->characteristic_room) {
        size_t room = r->characteristic_room ? r->characteristic_room * 2 : 16;
        characteristic **list = realloc(r->characteristics, room * sizeof *list);
        if (!list)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
        r->characteristics = list;
        r->characteristic_room = room;
    }
    characteristic *copy = characteristic_copy(&r->texts, c);
    if (!copy)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a characteristic");
    *index = (uint32_t)r->characteristic_count;
    r->characteristics[r->characteristic_count++] = copy;
    return ASSAY_OK;
}

void reader_received(reader *r, uint64_t n)
{
    r->received += n;
}

/* Shortened at a character's edge, control bytes and broken UTF-8 shown as '?'. */
static const char *printable_copy(arena *a, const char *text, size_t length)
{
    bool is_cut = length > found_max;
    if (is_cut) {
        length = found_max;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    char *copy = arena_alloc(a, length + 4, 1);
    if (!copy)
        return "";
    for (size_t i = 0; i < length; i++)
        copy[i] = text[i] ? text[i] : '?';
    utf8_tidy(copy);
    return is_cut ? strcat(copy, "\xE2\x80\xA6") /* an ellipsis */ : copy;
}

static refusal *refusal_of(reader *r, const refusal_case *c)
{
    for (size_t i = 0; i < r->refusal_count; i++) {
        if (strcmp(r->refusals[i].reason, c->reason) == 0)
            return &r->refusals[i];
    }
    if (r->refusal_count == reader_refusals_max)
        return &r->refusals[reader_refusals_max - 1];
    refusal *fresh = &r->refusals[r->refusal_count++];
    *fresh = (refusal){.reason = c->reason, .line = c->line, .field = c->field,
                       .expected = c->expected ? c->expected : ""};
    fresh->column = c->column ? arena_text(&r->texts, c->column, strlen(c->column)) : NULL;
    fresh->found = c->found ? printable_copy(&r->texts, c->found, c->found_length) : NULL;
    return fresh;
}

static assay_status strict_fail(const reader *r, const refusal *f, assay_err *err)
{
    char field[120] = "";
    if (f->field && f->column)
        snprintf(field, sizeof field, _(", field %u (%s)"), f->field, f->column);
    else if (f->field)
        snprintf(field, sizeof field, _(", field %u"), f->field);
    assay_fail(err, ASSAY_FORMAT, 0, _("cannot read %s: line %llu%s: %s%s%s%s, expected %s"),
               r->in.name, (unsigned long long)f->line, field, f->reason, f->found ? " (\"" : "",
               f->found ? f->found : "", f->found ? "\")" : "", _(f->expected));
    if (err) {
        err->line = f->line;
        err->column = f->field;
    }
    assay_hint(err, _("without --strict such a row is counted, shown and left out"));
    return ASSAY_FORMAT;
}

assay_status reader_refuse(reader *r, const refusal_case *c, assay_err *err)
{
    r->refused++;
    refusal *f = refusal_of(r, c);
    f->count++;
    return r->is_strict ? strict_fail(r, f, err) : ASSAY_OK;
}

void reader_warn(reader *r, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    utf8_tidy(text);
    for (size_t i = 0; i < r->warning_count; i++) {
        if (strcmp(r->warnings[i], text) == 0)
            return;
    }
    if (r->warning_count == reader_warnings_max)
        return;
    const char *copy = arena_text(&r->texts, text, strlen(text));
    if (copy)
        r->warnings[r->warning_count++] = copy;
}

/* -- which format -- */

const char *const read_format_names[] = {
    [FORMAT_AUTO] = "auto", [FORMAT_CSV] = "csv", [FORMAT_AQDEF] = "aqdef", [FORMAT_NDJSON] = "ndjson",
    [FORMAT_QIF] = "qif", [FORMAT_CALYPSO] = "calypso", [FORMAT_XLSX] = "xlsx", [FORMAT_COUNT] = NULL,
};

read_format read_format_from_name(const char *name)
{
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(name, read_format_names[i]) == 0)
            return (read_format)i;
    return FORMAT_AUTO;
}

/* "K0100 2" or "K1001/1 ...": a K, four digits, then a blank or an index. UTF-16 shows as the
 * same letters with zero bytes between them. */
static bool looks_like_aqdef(const char *head, size_t length)
{
    char plain[8];
    size_t n = 0;
    for (size_t i = 0; i < length && i < 200 && n < 6; i++) {
        unsigned char c = (unsigned char)head[i];
        bool is_skipped = c == 0 || c >= 0x80 || (n == 0 && (c == ' ' || c == '\r' || c == '\n'));
        if (!is_skipped)
            plain[n++] = (char)c;
    }
    if (n < 6 || plain[0] != 'K')
        return false;
    for (int i = 1; i <= 4; i++) {
        if (plain[i] < '0' || plain[i] > '9')
            return false;
    }
    return plain[5] == ' ' || plain[5] == '/' || plain[5] == '\t';
}

/* The first byte of head[*at..] that is neither blank nor of a byte order mark; 0: none. */
static char first_said(const char *head, size_t length, size_t *at)
{
    while (*at < length) {
        unsigned char c = (unsigned char)head[(*at)++];
        if (c > ' ' && c < 0x80)
            return (char)c;
    }
    return 0;
}

/* An object, or an array of objects. */
static bool looks_like_ndjson(const char *head, size_t length)
{
    size_t at = 0;
    char first = first_said(head, length, &at), second = first == '[' ? first_said(head, length, &at) : 0;
    return first == '{' || second == '{' || second == ']';
}

/* "<?xml ... <QIFDocument ...", prefixed or not; UTF-16 shows as the same letters with zeros. */
static bool looks_like_qif(const char *head, size_t length)
{
    static const char word[] = "QIFDocument";
    char plain[4096];
    size_t n = 0;
    for (size_t i = 0; i < length && n < sizeof plain; i++)
        if (head[i])
            plain[n++] = head[i];
    size_t at = 0;
    while (at < n && ((unsigned char)plain[at] >= 0x80 || plain[at] <= ' '))
        at++;
    return at < n && plain[at] == '<' && memmem(plain, n, word, sizeof word - 1);
}

/* The file of values of a pair begins with a record, not with a key. */
static bool is_named_aqdef(const char *name)
{
    static const char *const endings[] = {".dfq", ".dfd", ".dfx", ".dfb"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    }
    return false;
}

static read_format format_guess(const source *in)
{
    if (looks_like_workbook(in->head, in->head_length))
        return FORMAT_XLSX;
    if (is_named_aqdef(in->name) || looks_like_aqdef(in->head, in->head_length))
        return FORMAT_AQDEF;
    if (looks_like_calypso(in->head, in->head_length))
        return FORMAT_CALYPSO;
    if (looks_like_qif(in->head, in->head_length))
        return FORMAT_QIF;
    return looks_like_ndjson(in->head, in->head_length) ? FORMAT_NDJSON : FORMAT_CSV;
}

/* -- the door -- */

assay_status reader_guess(const char *path, read_format *out, assay_err *err)
{
    source in;
    assay_status status = source_open(&in, path, err);
    if (status != ASSAY_OK)
        return status;
    status = source_head(&in, err);
    if (status == ASSAY_OK)
        status = source_refuse_other(&in, err);
    if (status == ASSAY_OK)
        *out = format_guess(&in);
    source_close(&in);
    return status;
}

/* Which sheet it is, and what may be missed. */
static void tell_sheet(reader *r, const workbook_sheet *s)
{
    const char *name = buf_text(&s->names);
    for (size_t i = 0; i < s->chosen; i++)
        name += strlen(name) + 1;
    r->sheet = arena_text(&r->texts, name, strlen(name));
    r->content = &r->in;
    if (s->chosen + 1 < s->count && !s->is_asked)
        reader_warn(r, _("of %zu sheets \"%s\" is the first with numbers, those behind it are not read: "
                         "--dialect sheet=NAME chooses, an import takes all by sheet=*"), s->count, name);
}

assay_status xlsx_reader_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    workbook_sheet sheet = {0};
    read_options own = *options;
    assay_status status = source_from_workbook(in, options->dialect, &sheet, err);
    own.dialect = buf_text(&sheet.dialect);
    if (status == ASSAY_OK)
        status = csv_open(in, &own, out, err);
    else
        source_close(in);
    if (status == ASSAY_OK)
        tell_sheet(*out, &sheet);
    workbook_sheet_done(&sheet);
    return status;
}

static assay_status open_as(read_format format, source *in, const read_options *options, reader **out,
                            assay_err *err)
{
    switch (format) {
    case FORMAT_AQDEF:
        return aqdef_open(in, options, out, err);
    case FORMAT_NDJSON:
        return ndjson_open(in, options, out, err);
    case FORMAT_CALYPSO:
        return calypso_open(in, options, out, err);
    case FORMAT_QIF:
        return qif_open(in, options, out, err);
    case FORMAT_XLSX:
        return xlsx_reader_open(in, options, out, err);
    case FORMAT_AUTO:
    case FORMAT_CSV:
    case FORMAT_COUNT:
        break;
    }
    return csv_open(in, options, out, err);
}

assay_status reader_open(const char *path, const read_options *options, reader **out,
                         assay_err *err)
{
    source in;
    assay_status status = source_open(&in, path, err);
    if (status != ASSAY_OK)
        return status;
    if (options->until && !in.is_pipe && options->until < in.size)
        in.limit = in.size = options->until;
    status = source_head(&in, err);
    if (status == ASSAY_OK)
        status = source_refuse_other(&in, err);
    if (status != ASSAY_OK) {
        source_close(&in);
        return status;
    }
    bool is_told = options->format != FORMAT_AUTO && !looks_like_workbook(in.head, in.head_length);
    return open_as(is_told ? options->format : format_guess(&in), &in, options, out, err);
}

void reader_close(reader *r)
{
    if (!r)
        return;
    r->ops->close(r);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        dictionary_free(r->dictionaries[kind]);
    free(r->characteristics);
    buf_done(&r->dialect);
    arena_done(&r->texts);
    source_close(&r->in);
    free(r);
}

assay_status reader_next(reader *r, measurement_batch *out, assay_err *err)
{
    r->is_started = true;
    out->n = 0;
    if (out->room == 0)
        return assay_fail(err, ASSAY_SHAPE, 0, "a batch without room cannot be filled");
    assay_status status = r->ops->next(r, out, err);
    r->given += out->n;
    return status;
}

static assay_status drain_batches(reader *r, uint32_t contexts, reader_taker *take, void *context,
                                  assay_err *err)
{
    enum { batch_rows = 4096 };
    measurement_batch *batch = NULL;
    assay_status status = batch_new(batch_rows, contexts & r->contexts, &batch, err);
    while (status == ASSAY_OK) {
        status = reader_next(r, batch, err);
        if (status == ASSAY_OK && batch->n == 0)
            break;
        if (status == ASSAY_OK)
            status = take(context, batch, err);
    }
    batch_free(batch);
    return status;
}

assay_status reader_drain(reader *r, uint32_t contexts, reader_taker *take, void *context,
                          assay_err *err)
{
    if (r->is_started)
        return assay_fail(err, ASSAY_USAGE, 0, "a reader that has begun cannot be drained");
    if (!r->ops->drain)
        return drain_batches(r, contexts, take, context, err);
    r->is_started = true;
    return r->ops->drain(r, take, context, err);
}

assay_status reader_resume(reader *r, uint64_t offset, uint64_t record, assay_err *err)
{
    if (r->is_started)
        return assay_fail(err, ASSAY_USAGE, 0, "a reader that has begun cannot be moved");
    if (offset == 0)
        return ASSAY_OK;
    if (!r->ops->resume)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "cannot go on in the middle of %s",
                          r->in.name);
    return r->ops->resume(r, offset, record, err);
}

const characteristic *const *reader_characteristics(const reader *r, size_t *n)
{
    *n = r->characteristic_count;
    return (const characteristic *const *)r->characteristics;
}

bool reader_says(const reader *r)
{
    return r->has_properties;
}

const characteristic *reader_said(const reader *r, size_t index)
{
    return r->ops->said ? r->ops->said(r, index) : NULL;
}

const dictionary *reader_dictionary(const reader *r, context_kind kind)
{
    return (unsigned)kind < CONTEXT_COUNT ? r->dictionaries[kind] : NULL;
}

uint32_t reader_contexts(const reader *r)
{
    return r->contexts;
}

const char *reader_dialect(const reader *r)
{
    return buf_text(&r->dialect);
}

void reader_describe(const reader *r, buf *out)
{
    r->ops->describe(r, out);
}

size_t reader_columns(const reader *r, read_column *out, size_t room)
{
    return r->ops->columns ? r->ops->columns(r, out, room) : 0;
}

uint64_t reader_offset(const reader *r)
{
    return r->offset;
}

uint64_t reader_record(const reader *r)
{
    return r->record;
}

uint64_t reader_line(const reader *r, const measurement_batch *batch, size_t row)
{
    return r->ops->line ? r->ops->line(r, row) : batch->record ? batch->record[row] : 0;
}

int reader_content(const reader *r)
{
    return r->content ? r->content->fd : -1;
}

uint64_t reader_size(const reader *r)
{
    return r->in.size;
}

void reader_tally(const reader *r, reader_tally_t *out)
{
    *out = (reader_tally_t){
        .received = r->received, .given = r->given, .refused = r->refused,
        .refusals = r->refusals, .refusal_count = r->refusal_count,
        .warnings = r->warnings, .warning_count = r->warning_count,
    };
}
