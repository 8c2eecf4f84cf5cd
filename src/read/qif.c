/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QIF results as measurements (docs/format/qif.md).
 *
 * Read twice: serial numbers, subgroups and whether a characteristic has values or only verdicts
 * stand behind the measurements. A pipe is kept in a file without a name meanwhile. */
#include "read/qif.h"

#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { piece_bytes = 64 * 1024 };

/* -- items and what they are called ----------------------------------------------------------- */

qif_use *qif_use_of(qif_reader *r, const char *reference, const char *item)
{
    char name[96];
    int n = snprintf(name, sizeof name, "%s:%s", reference, item);
    uint32_t code = dictionary_code(r->use_names, name, (size_t)n);
    if (!code)
        return NULL;
    if (code >= r->use_room) {
        size_t room = r->use_room ? r->use_room * 2 : 64;
        while (room <= code)
            room *= 2;
        qif_use *grown = realloc(r->uses, room * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + r->use_room, 0, (room - r->use_room) * sizeof *grown);
        r->uses = grown;
        r->use_room = room;
    }
    return &r->uses[code];
}

static bool count_use(void *context, const qif_measurement *m, size_t results, xml *x)
{
    qif_reader *r = context;
    (void)results;
    if (dictionary_count(r->use_names) >= QIF_IDS_MAX)
        xml_fail(x, ASSAY_LIMIT, "more than %d items", QIF_IDS_MAX);
    qif_use *use = qif_use_of(r, m->reference, m->item);
    if (use) {
        use->values += m->has_value;
        use->verdicts += !m->has_value && m->status[0];
    }
    return use != NULL;
}

/* The document of a reference, read when first asked for. */
static const qif_file *file_of(qif_reader *r, const char *reference, const read_options *options)
{
    if (!*reference)
        return &r->file;
    const qif_thing *wanted = qif_find_id(&r->file, reference, QIF_REFERENCE);
    for (size_t i = 0; wanted && i < r->file.reference_count; i++) {
        if (r->file.things[r->file.references[i]] != wanted)
            continue;
        assay_err err;
        if (!r->is_joined[i] &&
            qif_join(r->base.in.name, options->with, wanted, &r->joined[i], &err) != ASSAY_OK)
            reader_warn(&r->base, "%s; its results cannot be read without it", err.message);
        r->is_joined[i] = true;
        return r->joined[i].is_qif ? &r->joined[i] : NULL;
    }
    return NULL;
}

/* Names need not be unique in a document; paths are. */
static const char *unique_path(qif_reader *r, const char *path, const char *id)
{
    uint32_t known = dictionary_count(r->paths);
    uint32_t code = dictionary_code(r->paths, path, strlen(path));
    if (code > known)
        return path;
    buf other = BUF_INIT;
    buf_addf(&other, "%s #%s", path, id);
    const char *kept = other.failed ? NULL : arena_text(&r->base.texts, other.data, other.length);
    buf_done(&other);
    return kept && code ? kept : NULL;
}

static assay_status add_characteristic(qif_reader *r, qif_use *use, const char *id, assay_err *err)
{
    characteristic c;
    assay_status status =
        qif_define(use->file, use->item, r->limits, &r->base, &r->base.texts, &c, err);
    if (status != ASSAY_OK)
        return status;
    c.path = unique_path(r, c.path, id);
    if (!c.path)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a name");
    if (use->verdicts && !use->values)
        c.kind = KIND_DEFECTIVES;
    uint32_t index;
    status = reader_characteristic_add(&r->base, &c, &index, err);
    if (status == ASSAY_OK)
        use->index = index + 1;
    return status;
}

static assay_status add_own_items(qif_reader *r, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < r->file.item_count && status == ASSAY_OK; i++) {
        const char *id = dictionary_text(r->file.ids, r->file.items[i], NULL);
        qif_use *use = strlen(id) < 40 ? qif_use_of(r, "", id) : NULL;
        if (!use)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for an item");
        use->file = &r->file;
        use->item = qif_find(&r->file, r->file.items[i], QIF_ITEM);
        if (use->item && !use->index)
            status = add_characteristic(r, use, id, err);
    }
    return status;
}

/* Items measured here and defined elsewhere. */
static assay_status add_other_items(qif_reader *r, const read_options *options, assay_err *err)
{
    assay_status status = ASSAY_OK;
    uint32_t count = dictionary_count(r->use_names);
    for (uint32_t code = 1; code <= count && status == ASSAY_OK; code++) {
        char reference[96];
        const char *name = dictionary_text(r->use_names, code, NULL);
        const char *colon = strchr(name, ':');
        if (r->uses[code].index || !colon || colon - name >= (ptrdiff_t)sizeof reference)
            continue;
        memcpy(reference, name, (size_t)(colon - name));
        reference[colon - name] = 0;
        qif_use *use = &r->uses[code];
        use->file = file_of(r, reference, options);
        use->item = use->file ? qif_find_id(use->file, colon + 1, QIF_ITEM) : NULL;
        if (use->item)
            status = add_characteristic(r, use, colon + 1, err);
    }
    return status;
}

/* -- batches ---------------------------------------------------------------------------------- */

static assay_status read_on(qif_reader *r, assay_err *err)
{
    size_t got;
    r->begin = r->end = 0;
    assay_status status = source_read(&r->base.in, r->piece, piece_bytes, &got, err);
    if (status == ASSAY_OK)
        status = qif_walk_feed(r->walk, r->piece, got, got == 0, err);
    if (status == ASSAY_OK)
        r->is_all_read = got == 0;
    return status;
}

static assay_status qif_next(reader *base, measurement_batch *out, assay_err *err)
{
    qif_reader *r = (qif_reader *)base;
    assay_status status = ASSAY_OK;
    while (status == ASSAY_OK) {
        status = qif_hand_out(r, out, err);
        if (status != ASSAY_OK || out->n == out->room || r->begin < r->end || r->is_all_read)
            break;
        status = read_on(r, err);
    }
    return status;
}

static assay_status qif_resume(reader *base, uint64_t offset, uint64_t record, assay_err *err)
{
    qif_reader *r = (qif_reader *)base;
    (void)err;
    r->skip = record;
    base->offset = offset;
    base->record = record;
    return ASSAY_OK;
}

static void qif_describe(const reader *base, buf *out)
{
    const qif_reader *r = (const qif_reader *)base;
    const qif_file *f = &r->file;
    buf_addf(out, "QIF %s, sets of results: %zu", f->is_version_2 ? "2.1" : "3.0", f->result_count);
    for (size_t i = 0; i < f->unit_count; i++)
        buf_addf(out, "%s%s in %s", i ? ", " : "; ", f->units[i].of ? f->units[i].of : "",
                 f->units[i].name ? f->units[i].name : "");
    buf_add_text(out, f->unit_count ? "\n" : "; no units\n");
    if (f->verdicts_only)
        buf_addf(out, "parts with a verdict and no measurement: %llu, passed: %llu\n",
                 (unsigned long long)f->verdicts_only, (unsigned long long)f->passed);
}

static void qif_close(reader *base)
{
    qif_reader *r = (qif_reader *)base;
    qif_walk_close(r->walk);
    qif_file_done(&r->file);
    for (size_t i = 0; i < QIF_REFERENCES_MAX; i++)
        qif_file_done(&r->joined[i]);
    dictionary_free(r->use_names);
    dictionary_free(r->paths);
    zone_close(r->zone);
    free(r->uses);
    free(r->piece);
    free(r->entries);
}

/* -- open ------------------------------------------------------------------------------------- */

static assay_status copy_to(source *in, int file, assay_err *err)
{
    char piece[16 * 1024];
    size_t got = 1;
    assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && got) {
        status = source_read(in, piece, sizeof piece, &got, err);
        if (status == ASSAY_OK && write(file, piece, got) != (ssize_t)got)
            status = assay_fail(err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0,
                                "cannot keep %s: %s", in->name, strerror(errno));
    }
    return status;
}

/* A pipe cannot be read twice. */
static assay_status keep_pipe(source *in, assay_err *err)
{
    if (!in->is_pipe || in->head_is_all)
        return ASSAY_OK;
    const char *folder = getenv("TMPDIR");
    int file = open(folder && *folder ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot keep %s: %s", in->name, strerror(errno));
    assay_status status = copy_to(in, file, err);
    if (status != ASSAY_OK) {
        close(file);
        return status;
    }
    if (in->fd > STDERR_FILENO)
        close(in->fd);
    in->fd = file;
    in->is_pipe = false;
    in->size = in->offset;
    return ASSAY_OK;
}

static assay_status rewind_source(source *in, assay_err *err)
{
    in->offset = 0;
    if (in->head_is_all)
        return ASSAY_OK;
    if (lseek(in->fd, (off_t)in->head_length, SEEK_SET) < 0)
        return assay_fail(err, ASSAY_IO, 0, _("cannot read %s: %s"), in->name, strerror(errno));
    return ASSAY_OK;
}

static assay_status take_dialect(qif_reader *r, const char *text, assay_err *err)
{
    if (text && strcmp(text, "limits=absolute") == 0)
        r->limits = QIF_LIMITS_ABSOLUTE;
    else if (text && strcmp(text, "limits=deviation") == 0)
        r->limits = QIF_LIMITS_AS_SAID;
    else if (text && *text)
        return assay_fail(err, ASSAY_USAGE, 0, "a dialect of QIF is limits=absolute or "
                          "limits=deviation, not \"%s\"", text);
    buf_add_text(&r->base.dialect, text ? text : "");
    return ASSAY_OK;
}

static assay_status make_parts(qif_reader *r, const read_options *options, assay_err *err)
{
    uint32_t contexts = 1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_OPERATOR |
                        1u << CONTEXT_GAUGE;
    assay_status status = take_dialect(r, options->dialect, err);
    if (status == ASSAY_OK)
        status = reader_use_contexts(&r->base, contexts, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->use_names, err);
    if (status == ASSAY_OK)
        status = dictionary_new(&r->paths, err);
    if (status == ASSAY_OK && options->zone)
        status = zone_open(options->zone, &r->zone, err);
    r->piece = malloc(piece_bytes);
    if (status == ASSAY_OK && !r->piece)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a reader");
    return status;
}

static void warn_of_file(qif_reader *r)
{
    const qif_file *f = &r->file;
    if (!f->result_count)
        reader_warn(&r->base, "no results in this document");
    else if (f->verdicts_only == f->result_count)
        reader_warn(&r->base, "verdicts without measurements: %llu of %llu parts passed",
                    (unsigned long long)f->passed, (unsigned long long)f->verdicts_only);
    if (!f->unit_count && f->item_count)
        reader_warn(&r->base, "the document names no units");
}

/* The first time through. */
static assay_status look(qif_reader *r, const read_options *options, assay_err *err)
{
    assay_status status = keep_pipe(&r->base.in, err);
    if (status == ASSAY_OK)
        status = rewind_source(&r->base.in, err);
    if (status == ASSAY_OK)
        status = qif_file_read(&r->file, &r->base.in, &(qif_listener){count_use, r}, err);
    if (status == ASSAY_OK)
        status = add_own_items(r, err);
    if (status == ASSAY_OK)
        status = add_other_items(r, options, err);
    if (status == ASSAY_OK)
        status = rewind_source(&r->base.in, err);
    if (status == ASSAY_OK)
        status = qif_walk_open(&r->file, false, &(qif_listener){qif_take, r}, &r->walk,
                               err);
    return status;
}

static assay_status qif_begin(reader *base, const read_options *options, assay_err *err)
{
    qif_reader *r = (qif_reader *)base;
    qif_file_init(&r->file, base->in.name);
    assay_status status = make_parts(r, options, err);
    if (status == ASSAY_OK)
        status = look(r, options, err);
    if (status == ASSAY_OK)
        warn_of_file(r);
    return status;
}

static const reader_ops qif_ops = {
    .size = sizeof(qif_reader), .open = qif_begin, .next = qif_next, .resume = qif_resume,
    .describe = qif_describe, .close = qif_close,
};

assay_status qif_open(source *in, const read_options *options, reader **out, assay_err *err)
{
    return reader_open_as(&qif_ops, in, options, out, err);
}
