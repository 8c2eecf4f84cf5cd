/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AQDEF reader: one file, or a header (.dfd) with its values (.dfx, .dfb).
 *
 * The sources are read twice. The first pass keeps the header, wherever its lines stand, and the
 * few lines that name a value by number; the second streams the values past it. So a header line
 * behind the values it describes costs nothing, and memory does not grow with the values. A pipe
 * goes to a temporary file first.
 */
#include "read/aqdef.h"

#include "base/i18n.h"

#include "read/aqdef_lines.h"
#include "read/aqdef_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { SOURCES_MAX = 3 };

typedef struct {
    reader base;
    source others[SOURCES_MAX]; /* beside base.in */
    source *sources[SOURCES_MAX];
    bool is_values_file[SOURCES_MAX];
    size_t source_count, current;

    aqdef_file file;
    aqdef_decoder decoder;
    aqdef_values values;
    uint32_t *place_of;

    aqdef_lines lines;
    uint64_t taken_before; /* by the sources before the current one */
    bool is_open, is_ended;

    /* found by the first pass */
    bool has_marks;
    uint64_t glued_line;
    bool has_log_types; /* a K2004 of 5 or 6 */
    uint8_t judged[AQDEF_INDEX_MAX / 8 + 1];   /* characteristics with a section in a record */
    uint8_t variable[AQDEF_INDEX_MAX / 8 + 1]; /* it, or a K0001 line, is of a variable */
    const char *form; /* in words */
    uint64_t record_lines, field_lines;
} aqdef_reader;

static void warn(void *context, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    reader_warn(context, "%s", text);
}

/* -- the sources -------------------------------------------------------------------------- */

static const char *ending_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && !strchr(dot, '/') ? dot : "";
}

static bool ends_in(const char *path, const char *ending)
{
    return strcasecmp(ending_of(path), ending) == 0;
}

/* The file of the same stem with another ending, in the case of the given one; NULL if there is
 * none. The caller frees it. */
static char *sibling(const char *path, const char *ending)
{
    const char *dot = ending_of(path);
    char *other = strdup(path);
    if (!other)
        return NULL;
    char *end = other + (dot - path);
    bool is_upper = dot[1] == 'D';
    for (size_t i = 1; ending[i]; i++)
        end[i] = is_upper ? (char)(ending[i] - 'a' + 'A') : ending[i];
    if (access(other, R_OK) == 0)
        return other;
    free(other);
    return NULL;
}

static void add_source(aqdef_reader *r, source *in)
{
    r->is_values_file[r->source_count] = ends_in(in->name, ".dfx") || ends_in(in->name, ".dfb");
    r->sources[r->source_count++] = in;
}

static assay_status add_sibling(aqdef_reader *r, const char *ending, assay_err *err)
{
    char *path = sibling(r->base.in.name, ending);
    if (!path)
        return ASSAY_OK;
    source *in = &r->others[r->source_count];
    assay_status status = source_open(in, path, err);
    free(path);
    if (status != ASSAY_OK)
        return status;
    status = source_head(in, err);
    if (status != ASSAY_OK)
        source_close(in);
    else
        add_source(r, in);
    return status;
}

/* The header first, whichever of the pair was named. */
static assay_status gather(aqdef_reader *r, bool follow_pairs, assay_err *err)
{
    const char *name = r->base.in.name;
    assay_status status = aqdef_spool(&r->base.in, err);
    bool is_values = ends_in(name, ".dfx") || ends_in(name, ".dfb");
    if (status == ASSAY_OK && follow_pairs && is_values)
        status = add_sibling(r, ".dfd", err);
    if (status != ASSAY_OK)
        return status;
    add_source(r, &r->base.in);
    if (!follow_pairs || !ends_in(name, ".dfd"))
        return ASSAY_OK;
    status = add_sibling(r, ".dfx", err);
    if (status == ASSAY_OK)
        status = add_sibling(r, ".dfb", err);
    if (status == ASSAY_OK && r->source_count > 1)
        r->base.content = r->sources[1];
    if (status == ASSAY_OK && r->source_count == 1)
        reader_warn(&r->base, "no values beside the header: neither .dfx nor .dfb is there");
    return status;
}

/* -- first pass --------------------------------------------------------------------------- */

static assay_status refuse_header(aqdef_reader *r, const aqdef_line *line, uint64_t number,
                                  const char *reason, const char *expected, assay_err *err)
{
    refusal_case c = {reason, number, 0, NULL, line->text, line->length, expected};
    reader_received(&r->base, 1);
    return reader_refuse(&r->base, &c, err);
}

static assay_status note_field(aqdef_reader *r, const aqdef_line *line, uint64_t number,
                               assay_err *err)
{
    if (line->index > AQDEF_INDEX_MAX)
        return refuse_header(r, line, number, "index-too-large", "an index up to 65535", err);
    if (aqdef_is_value_key(line->key)) {
        bool is_number = line->key == 1 || line->key == 20 || line->key == 21;
        uint32_t c = line->has_index ? line->index : 1;
        r->field_lines++;
        if (line->key == 1)
            r->variable[c / 8] |= (uint8_t)(1u << c % 8);
        return line->has_value && !is_number ? aqdef_values_name(&r->values, line, number, err)
                                             : ASSAY_OK;
    }
    if (line->has_value)
        return refuse_header(r, line, number, "invalid-index", "one index, as in K2001/1", err);
    size_t length = line->length;
    const char *text = aqdef_decode(&r->decoder, line->text, &length);
    if (!text)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the header");
    r->has_log_types |= line->key == 2004 && length == 1 && (*text == '5' || *text == '6');
    return aqdef_file_add(&r->file, line, text, length, number, err);
}

/* A value with its date glued to it: "57.96205.7.2006/10:48:7". */
static bool looks_glued(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    bool is_number = (*text >= '0' && *text <= '9') || *text == '-' || *text == '.' || *text == '+';
    if (!is_number || !colon || colon == text || colon + 1 == text + length)
        return false;
    return colon[-1] >= '0' && colon[-1] <= '9' && colon[1] >= '0' && colon[1] <= '9';
}

/* Types 5 and 6 are attributes by the book. Yet K0001 belongs to variables, and a decimal sign in
 * the first field of a record that is shorter than the long form shows one too. */
static bool is_variable_section(const char *text, const char *stop)
{
    const char *end = memchr(text, AQDEF_FIELD_MARK, (size_t)(stop - text));
    size_t first = (size_t)((end ? end : stop) - text), fields = 1;
    for (const char *p = text; p < stop; p++)
        fields += *p == AQDEF_FIELD_MARK;
    return fields < 12 && (memchr(text, '.', first) || memchr(text, ',', first));
}

/* What the first section of each characteristic looks like. */
static void note_sections(aqdef_reader *r, const char *text, size_t length)
{
    const char *end = text + length;
    for (uint32_t c = 1; text < end && c <= AQDEF_INDEX_MAX; c++) {
        const char *mark = memchr(text, AQDEF_RECORD_MARK, (size_t)(end - text));
        const char *stop = mark ? mark : end;
        uint8_t bit = (uint8_t)(1u << c % 8);
        if (stop > text && !(r->judged[c / 8] & bit)) {
            r->judged[c / 8] |= bit;
            if (is_variable_section(text, stop))
                r->variable[c / 8] |= bit;
        }
        text = stop + 1;
    }
}

static void note_record(aqdef_reader *r, const aqdef_line *line, uint64_t number)
{
    bool has_marks = memchr(line->text, AQDEF_FIELD_MARK, line->length) ||
                     memchr(line->text, AQDEF_RECORD_MARK, line->length);
    if (!r->record_lines++ || r->has_log_types)
        note_sections(r, line->text, line->length);
    r->has_marks |= has_marks;
    if (!has_marks && !r->glued_line && looks_glued(line->text, line->length))
        r->glued_line = number;
}

static assay_status note_line(aqdef_reader *r, const char *text, size_t length, uint64_t number,
                              assay_err *err)
{
    aqdef_line line;
    switch (aqdef_line_parse(text, length, &line)) {
    case AQDEF_BLANK: return ASSAY_OK;
    case AQDEF_RECORD: note_record(r, &line, number); return ASSAY_OK;
    case AQDEF_BAD_INDEX:
        line.text = text;
        line.length = length;
        return refuse_header(r, &line, number, "invalid-index", N_("a key and indices, as in K0014/2/1"),
                             err);
    case AQDEF_FIELD: return note_field(r, &line, number, err);
    }
    return ASSAY_OK;
}

static assay_status note_source(aqdef_reader *r, source *in, assay_err *err)
{
    const char *text;
    size_t length;
    assay_status status = aqdef_lines_open(&r->lines, in, err);
    while (status == ASSAY_OK) {
        status = aqdef_lines_next(&r->lines, &text, &length, err);
        if (status != ASSAY_OK || !text)
            break;
        status = note_line(r, text, length, r->lines.number, err);
    }
    aqdef_lines_close(&r->lines);
    return status;
}

static assay_status check_marks(const aqdef_reader *r, assay_err *err)
{
    if (r->has_marks || !r->glued_line)
        return ASSAY_OK;
    assay_fail(err, ASSAY_FORMAT, 0,
               "cannot read %s: line %llu: value and date stand without the separators (DC4, SI) "
               "between them",
               r->base.in.name, (unsigned long long)r->glued_line);
    if (err)
        err->line = r->glued_line;
    return assay_hint(err,
                      _("a text tool has taken out the control characters: use the original file"));
}

static assay_status first_pass(aqdef_reader *r, assay_err *err)
{
    for (size_t i = 0; i < r->source_count; i++) {
        assay_status status = note_source(r, r->sources[i], err);
        if (status != ASSAY_OK)
            return status;
    }
    if (!r->file.field_count && !r->field_lines) {
        assay_fail(err, ASSAY_FORMAT, 0, "cannot read %s: there is no header (K1..., K2... lines)",
                   r->base.in.name);
        return assay_hint(err, _("values in a .dfx need the .dfd of the same name beside them"));
    }
    return check_marks(r, err);
}

/* -- definitions -------------------------------------------------------------------------- */

static void judge_type(aqdef_reader *r, uint32_t c, bool is_variable)
{
    long type = aqdef_integer(&r->file, 2004, c, 0);
    if (!is_variable || !r->file.characteristics[c].exists || (type != 5 && type != 6))
        return;
    r->file.characteristics[c].by_variable_records = true;
    warn(r, "characteristic %u has type %ld, yet its values are those of a variable", c, type);
}

static void judge_types(aqdef_reader *r)
{
    for (uint32_t c = 1; c <= r->file.characteristic_count; c++)
        judge_type(r, c, r->variable[c / 8] >> c % 8 & 1);
}

static assay_status unique_path(aqdef_reader *r, dictionary *paths, uint32_t c, characteristic *def,
                                assay_err *err)
{
    size_t length = strlen(def->path);
    while (dictionary_find(paths, def->path, length)) {
        buf longer = BUF_INIT;
        buf_addf(&longer, "%s#%u", def->path, c);
        def->path = longer.failed ? NULL : arena_text(&r->file.memory, longer.data, longer.length);
        length = longer.length;
        buf_done(&longer);
        if (!def->path)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a path");
    }
    return dictionary_code(paths, def->path, length)
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a path");
}

static assay_status define_one(aqdef_reader *r, dictionary *paths, uint32_t c, assay_err *err)
{
    characteristic def;
    arena scratch;
    arena_init(&scratch);
    assay_status status = aqdef_define(&r->file, c, &scratch, warn, r, &def, err);
    if (status == ASSAY_OK)
        status = unique_path(r, paths, c, &def, err);
    if (status == ASSAY_OK)
        status = reader_characteristic_add(&r->base, &def, &r->place_of[c], err);
    arena_done(&scratch);
    return status;
}

static assay_status define_all(aqdef_reader *r, assay_err *err)
{
    dictionary *paths = NULL;
    r->place_of = calloc((size_t)r->file.characteristic_count + 1, sizeof *r->place_of);
    assay_status status = r->place_of ? dictionary_new(&paths, err)
                                      : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    for (uint32_t c = 1; status == ASSAY_OK && c <= r->file.characteristic_count; c++)
        if (r->file.characteristics[c].exists)
            status = define_one(r, paths, c, err);
    dictionary_free(paths);
    return status;
}

/* -- second pass -------------------------------------------------------------------------- */

static assay_status use_line(aqdef_reader *r, const char *text, size_t length, assay_err *err)
{
    aqdef_line line;
    aqdef_line_kind kind = aqdef_line_parse(text, length, &line);
    if (kind == AQDEF_RECORD)
        return aqdef_values_record(&r->values, line.text, line.length, r->lines.number, err);
    bool is_value = kind == AQDEF_FIELD && aqdef_is_value_key(line.key) &&
                    line.index <= AQDEF_INDEX_MAX;
    return is_value ? aqdef_values_field(&r->values, &line, r->lines.number, err) : ASSAY_OK;
}

static assay_status next_source(aqdef_reader *r, assay_err *err)
{
    if (r->is_open) {
        r->taken_before += r->lines.taken;
        aqdef_lines_close(&r->lines);
        r->is_open = false;
        r->current++;
    }
    if (r->current == r->source_count) {
        r->is_ended = true;
        return aqdef_values_end(&r->values, err);
    }
    r->values.is_values_file = r->is_values_file[r->current];
    r->is_open = true;
    return aqdef_lines_open(&r->lines, r->sources[r->current], err);
}

/* One line further; its finished rows are in `values.ready`. */
static assay_status step(aqdef_reader *r, assay_err *err)
{
    const char *text = NULL;
    size_t length;
    if (r->is_open) {
        assay_status status = aqdef_lines_next(&r->lines, &text, &length, err);
        if (status != ASSAY_OK)
            return status;
    }
    return text ? use_line(r, text, length, err) : next_source(r, err);
}

static void put_row(const aqdef_row *row, measurement_batch *out)
{
    size_t i = out->n++;
    out->characteristic[i] = row->characteristic;
    out->time[i] = row->time;
    out->mantissa[i] = row->mantissa;
    out->exponent[i] = row->exponent;
    out->status[i] = row->status;
    if (out->offset)
        out->offset[i] = row->offset;
    if (out->decimals)
        out->decimals[i] = row->decimals;
    if (out->size)
        out->size[i] = row->size;
    if (out->record)
        out->record[i] = row->record;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (out->context[kind])
            out->context[kind][i] = row->context[kind];
}

/* All that is ready or, while the batch has others, nothing: so it ends where one may go on from. */
static void drain(aqdef_reader *r, measurement_batch *out)
{
    aqdef_values *v = &r->values;
    if (out->n && v->ready_count > out->room - out->n)
        return;
    while (v->ready_count && out->n < out->room) {
        put_row(&v->ready[v->ready_first++], out);
        v->ready_count--;
    }
    if (!v->ready_count) {
        v->ready_first = 0;
        r->base.offset = r->taken_before + r->lines.taken;
    }
}

static assay_status aqdef_next(reader *base, measurement_batch *out, assay_err *err)
{
    aqdef_reader *r = (aqdef_reader *)base;
    drain(r, out);
    while (out->n < out->room && !r->is_ended && !r->values.ready_count) {
        assay_status status = step(r, err);
        if (status != ASSAY_OK)
            return status;
        drain(r, out);
    }
    return ASSAY_OK;
}

/* Rows depend on all lines before them, so those are read again and their rows dropped. */
static assay_status aqdef_resume(reader *base, uint64_t offset, uint64_t record, assay_err *err)
{
    aqdef_reader *r = (aqdef_reader *)base;
    (void)record;
    while (r->taken_before + r->lines.taken < offset) {
        if (r->is_ended)
            return assay_fail(err, ASSAY_CONFLICT, 0, "%s ends before byte %llu", base->in.name,
                              (unsigned long long)offset);
        assay_status status = step(r, err);
        if (status != ASSAY_OK)
            return status;
        r->values.ready_first = r->values.ready_count = 0;
    }
    base->offset = offset;
    base->received = base->refused = 0;
    base->refusal_count = 0;
    return ASSAY_OK;
}

/* -- life --------------------------------------------------------------------------------- */

static void aqdef_describe(const reader *base, buf *out)
{
    const aqdef_reader *r = (const aqdef_reader *)base;
    buf_addf(out, "ISO/TR 11462-5 (AQDEF), %s\n",
             r->record_lines ? r->field_lines ? "values in records with additional lines"
                                              : "values in records"
                             : "values in K-fields");
    buf_addf(out, "parts %u, characteristics %zu\n", r->file.part_count,
             base->characteristic_count);
    buf_addf(out, "encoding %s\n",
             r->decoder.is_pinned       ? r->decoder.code_page
             : r->decoder.converted > 0 ? "cp1252"
                                        : "utf-8");
    if (!r->values.zone)
        buf_add_text(out, "times have no zone: taken as UTC\n");
    for (size_t i = 1; i < r->source_count; i++)
        buf_addf(out, "with %s\n",
                 r->sources[i] == &base->in ? r->sources[0]->name : r->sources[i]->name);
}

static void aqdef_close(reader *base)
{
    aqdef_reader *r = (aqdef_reader *)base;
    aqdef_lines_close(&r->lines);
    aqdef_values_done(&r->values);
    aqdef_file_done(&r->file);
    aqdef_decoder_done(&r->decoder);
    zone_close(r->values.zone);
    free(r->place_of);
    for (size_t i = 0; i < r->source_count; i++)
        if (r->sources[i] != &base->in)
            source_close(r->sources[i]);
}

static assay_status open_decoder(aqdef_reader *r, const char *dialect, assay_err *err)
{
    char name[32] = "";
    const char *at = dialect ? strstr(dialect, "encoding=") : NULL;
    if (at)
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 9, ";"), at + 9);
    return aqdef_decoder_init(&r->decoder, name, err);
}

static assay_status aqdef_begin(reader *base, const read_options *options, assay_err *err)
{
    aqdef_reader *r = (aqdef_reader *)base;
    aqdef_file_init(&r->file);
    r->values.reader = &r->base;
    r->values.file = &r->file;
    r->values.decoder = &r->decoder;
    arena_init(&r->values.named_texts);
    assay_status status = reader_use_contexts(&r->base, AQDEF_CONTEXTS, err);
    if (status == ASSAY_OK)
        status = open_decoder(r, options->dialect, err);
    if (status == ASSAY_OK && options->zone)
        status = zone_open(options->zone, &r->values.zone, err);
    if (status == ASSAY_OK)
        status = gather(r, options->follow_pairs, err);
    if (status == ASSAY_OK)
        status = first_pass(r, err);
    if (status == ASSAY_OK)
        status = aqdef_file_seal(&r->file, err);
    if (status == ASSAY_OK)
        status = aqdef_file_check(&r->file, options->strict, warn, r, err);
    if (status != ASSAY_OK)
        return status;
    judge_types(r);
    status = define_all(r, err);
    r->values.place_of = r->place_of;
    buf_addf(&r->base.dialect, "encoding=%s",
             r->decoder.is_pinned ? r->decoder.code_page
             : r->decoder.converted ? "cp1252" : "utf-8");
    return status == ASSAY_OK ? aqdef_values_begin(&r->values, err) : status;
}

static const reader_ops aqdef_ops = {
    .size = sizeof(aqdef_reader), .open = aqdef_begin, .next = aqdef_next, .resume = aqdef_resume,
    .describe = aqdef_describe, .close = aqdef_close,
};

assay_status aqdef_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    return reader_open_as(&aqdef_ops, in, options, out, err);
}
