/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file from where it was left.
 *
 * Rows of one characteristic, time and serial number are told apart by their order within one
 * parcel; in another parcel they would be taken for the same measurements again. So a parcel ends
 * where the time changes, and when a growing file goes on within the time it stopped at, the rows
 * of that time which are stored already are sent once more in front: they count as duplicates. */
#include "live/door_folder.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A batch has room for any block of a text, so that a reader's offsets are places to go on from. */
enum {
    batch_rows = 1 << 17,
    enough_rows = PARCEL_ROWS / 2,
    refusals_max = 64,
    all_contexts = (1 << CONTEXT_COUNT) - 1
};

typedef struct {
    folder *f;
    const folder_file *file;
    read_format format;
    bool is_known; /* read before, at least in part */
    reader *r;
    measurement_batch *b;
    file_state state;
    file_place begin;         /* of the batch in hand */
    int32_t *places;          /* of the catalog, by the reader's characteristic */
    size_t place_count, place_room;
    uint64_t told[refusals_max]; /* by the reader's refusal: what went into parcels */
    uint64_t rows, refused;
    uint64_t refused_before; /* that come again, because the file is read again from its start */
} reading;

/* -- from reader to parcel -------------------------------------------------------------------- */

static bool know_places(reading *w)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(w->r, &n);
    if (n > w->place_room) {
        int32_t *grown = realloc(w->places, 2 * n * sizeof *grown);
        if (!grown)
            return false;
        w->places = grown;
        w->place_room = 2 * n;
    }
    for (; w->place_count < n; w->place_count++) {
        characteristic c = *list[w->place_count];
        buf path = BUF_INIT;
        buf_addf(&path, "%s%s%s", w->f->under ? w->f->under : "", w->f->under ? "/" : "", c.path);
        c.path = buf_text(&path);
        w->places[w->place_count] = catalog_place(w->f->setup.catalog, &c);
        buf_done(&path);
    }
    return true;
}

static const char *const remedy_file = N_("look at the file and its reason in the folder of refused files");
static const char *const remedy_path = N_("levels of a path are not empty, and it has at most 1000 bytes");

/* False: the parcel is full. */
static bool put_row(reading *w, size_t i)
{
    const measurement_batch *b = w->b;
    parcel *p = folder_parcel(w->f->parcels);
    int32_t place = w->places[b->characteristic[i]];
    if (place == CATALOG_NONE) {
        size_t n;
        const char *path = reader_characteristics(w->r, &n)[b->characteristic[i]]->path;
        parcel_refuse(p, "not-a-path", remedy_path, 1, path, strlen(path));
        return true;
    }
    return parcel_add_read(p, place, w->r, b, i);
}

/* What the reader refused since it was last asked, with its newest cases. */
static void put_refusals(reading *w)
{
    reader_tally_t tally;
    reader_tally(w->r, &tally);
    for (size_t i = 0; i < tally.refusal_count && i < refusals_max; i++) {
        const refusal *r = &tally.refusals[i];
        char example[200];
        uint64_t more = r->count - w->told[i];
        uint64_t again = more < w->refused_before ? more : w->refused_before;
        w->told[i] = r->count;
        w->refused_before -= again;
        if (more == again)
            continue;
        snprintf(example, sizeof example, "%s line %" PRIu64 ": %s", w->file->name, r->line,
                 r->found ? r->found : "");
        parcel_refuse(folder_parcel(w->f->parcels), r->reason, r->expected, more - again, example,
                      strlen(example));
        w->refused += more - again;
        w->state.refused += more - again;
    }
}

/* -- cutting ---------------------------------------------------------------------------------- */

/* Rows without time are told apart by their receipt. */
static bool same_time(const measurement_batch *b, size_t i, size_t j)
{
    return b->time[i] == b->time[j] && b->time[i] != TIME_NONE;
}

/* Where the rows of row n-1's time begin, not before `from`. */
static size_t group_begin(const measurement_batch *b, size_t from, size_t n)
{
    while (n > from + 1 && same_time(b, n - 2, n - 1))
        n--;
    return n - 1;
}

static file_place place_at(const reading *w, size_t row)
{
    return (file_place){w->begin.offset, w->begin.record, w->begin.skip + row};
}

/* Rows before `row` of the batch are in parcels: a parcel ends here. */
static bool cut(reading *w, size_t row)
{
    file_state s = w->state;
    s.next = place_at(w, row);
    s.group_rows = 0;
    return known_keep(w->f->known, &s, folder_parcel(w->f->parcels)) && folder_offer(w->f->parcels);
}

/* The group the newest row belongs to, for a file that may go on within it. */
static void keep_group(reading *w, size_t from)
{
    const measurement_batch *b = w->b;
    size_t n = b->n, begin;
    if (n == from)
        return;
    begin = group_begin(b, from, n);
    bool goes_on = begin == from && w->state.group_rows && w->state.group_time == b->time[n - 1];
    if (!goes_on) {
        w->state.group = place_at(w, begin);
        w->state.group_rows = 0;
        w->state.group_time = b->time[n - 1];
    }
    w->state.group_rows += n - begin;
}

/* All rows of the batch from `from` on into parcels; those of its last time stay in the one that
 * is being filled. */
static bool put_batch(reading *w, size_t from)
{
    const measurement_batch *b = w->b;
    size_t i = from;
    while (i < b->n) {
        size_t held = folder_parcel(w->f->parcels)->rows->n;
        bool is_enough = held >= enough_rows && i > 0 && !same_time(b, i - 1, i);
        if (is_enough && !cut(w, i))
            return false;
        if (put_row(w, i)) {
            i++;
            w->rows++;
            w->state.rows++;
        } else if (!cut(w, i)) { /* one time fills a parcel */
            return false;
        }
    }
    return true;
}

/* -- where to go on --------------------------------------------------------------------------- */

static assay_status open_reader(const reading *w, uint64_t until, reader **out, assay_err *err)
{
    read_options o = w->f->read;
    o.until = until;
    o.format = w->format;
    if (!o.dialect && *known_dialect(w->f->known, w->format))
        o.dialect = known_dialect(w->f->known, w->format);
    return reader_open(w->file->path, &o, out, err);
}

static assay_status go_to(reader *r, const file_place *p, assay_err *err)
{
    return p->offset ? reader_resume(r, p->offset, p->record, err) : ASSAY_OK;
}

/* The rows of the time at which the file was left, once more. They are known: duplicates. */
static bool put_group(reading *again)
{
    uint64_t skip = again->state.group.skip, left = again->state.group_rows;
    while (left) {
        if (reader_next(again->r, again->b, NULL) != ASSAY_OK || !again->b->n ||
            !know_places(again))
            return false;
        for (size_t i = 0; i < again->b->n && left; i++) {
            if (skip) {
                skip--;
                continue;
            }
            left--;
            if (!put_row(again, i))
                return false;
        }
    }
    return true;
}

static bool send_again(const reading *w, uint64_t until)
{
    reading again = {.f = w->f, .file = w->file, .format = w->format, .state = w->state};
    bool is_good = open_reader(w, until, &again.r, NULL) == ASSAY_OK &&
                   batch_new(batch_rows, all_contexts, &again.b, NULL) == ASSAY_OK &&
                   go_to(again.r, &w->state.group, NULL) == ASSAY_OK && put_group(&again);
    batch_free(again.b);
    reader_close(again.r);
    free(again.places);
    return is_good;
}

/* -- the file --------------------------------------------------------------------------------- */

static bool is_wide(int file)
{
    unsigned char mark[2];
    return pread(file, mark, 2, 0) == 2 &&
           ((mark[0] == 0xFF && mark[1] == 0xFE) || (mark[0] == 0xFE && mark[1] == 0xFF));
}

/* Bytes up to the last line end: what stands behind it waits for its own. */
static uint64_t whole_lines(const char *path, uint64_t size)
{
    static _Thread_local char piece[4096];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t whole = 0, at = size;
    bool is_16 = file >= 0 && is_wide(file);
    while (file >= 0 && at && !whole) {
        uint64_t from = at > sizeof piece ? at - sizeof piece : 0;
        ssize_t n = pread(file, piece, (size_t)(at - from), (off_t)from);
        for (ssize_t i = n; i-- > 0 && !whole;)
            if (piece[i] == '\n' || (piece[i] == '\r' && from + (uint64_t)i + 1 < size))
                whole = from + (uint64_t)i + 1;
        at = n > 0 ? from : 0;
    }
    if (file >= 0)
        close(file);
    return is_16 ? (whole + 1) & ~(uint64_t)1 : whole;
}

/* A document or a workbook is read as a whole, once it is complete. */
static bool is_whole(const reading *w)
{
    const char *dot = strrchr(w->file->name, '.');
    return w->f->read.format == FORMAT_QIF || w->f->read.format == FORMAT_XLSX ||
           (dot && (strcasecmp(dot, ".qif") == 0 || strcasecmp(dot, ".xlsx") == 0 || strcasecmp(dot, ".xlsm") == 0));
}

/* What was known under this name, or of the same beginning under another one; else a fresh start. */
static void find_state(reading *w, int text, uint64_t size)
{
    char digest[65] = "";
    const file_state *s = known_file(w->f->known, w->file->name);
    bool is_same = s && s->head_bytes && s->head_bytes <= size && s->next.offset <= size &&
                   sha256_of_file(text, s->head_bytes, digest, NULL) == ASSAY_OK &&
                   strcmp(digest, s->head) == 0;
    if (!is_same)
        s = known_beginning(w->f->known, text, size);
    w->state = s ? *s : (file_state){0};
    snprintf(w->state.name, sizeof w->state.name, "%s", w->file->name);
    w->is_known = s != NULL;
    w->state.head_bytes = size < FOLDER_HEAD ? size : FOLDER_HEAD;
    if (sha256_of_file(text, w->state.head_bytes, w->state.head, NULL) != ASSAY_OK)
        w->state.head_bytes = 0; /* it is going away */
}

static void tell_guess(reading *w)
{
    buf words = BUF_INIT;
    reader_describe(w->r, &words);
    pthread_mutex_lock(&w->f->lock);
    snprintf(w->f->guessed, sizeof w->f->guessed, "%s%s%s", buf_text(&words),
             *reader_dialect(w->r) ? "dialect: " : "", reader_dialect(w->r));
    pthread_mutex_unlock(&w->f->lock);
    buf_done(&words);
}

/* The first file that gave a row says how files are written here; later ones are held to it. */
static bool pin_dialect(reading *w)
{
    bool is_text = w->format == FORMAT_CSV || w->format == FORMAT_XLSX;
    if (!is_text || w->f->read.dialect || *known_dialect(w->f->known, w->format) || !w->rows)
        return true;
    folder_log(w->f, "info", "%s: pinned for files to come: %s", w->file->name,
               reader_dialect(w->r));
    return known_pin(w->f->known, w->format, reader_dialect(w->r), folder_parcel(w->f->parcels));
}

static bool is_read_from_start(const reading *w)
{
    return w->format == FORMAT_AQDEF || w->format == FORMAT_CALYPSO || w->format == FORMAT_XLSX;
}

/* The place behind the batch in hand. What AQDEF's rows mean depends on all lines before them, and
 * its last record on those that may follow: such a file is read again from its start each time; so is a
 * workbook, whose text has other places than its bytes. */
static void step_behind(reading *w)
{
    uint64_t records = reader_record(w->r);
    if (is_read_from_start(w)) {
        w->begin.skip += w->b->n;
        return;
    }
    w->begin.offset = reader_offset(w->r);
    w->begin.record = records ? records : w->b->n ? w->b->record[w->b->n - 1] : w->begin.record;
}

/* Does a growing file go on within the time at which it was left? */
static bool goes_on_within(const reading *w, size_t from)
{
    return from < w->b->n && w->state.group_rows && w->b->time[from] == w->state.group_time &&
           w->b->time[from] != TIME_NONE;
}

/* Additional lines may still follow the last record of an AQDEF file that is being written. */
static void hold_last_record(const reading *w)
{
    measurement_batch *b = w->b;
    if (w->format != FORMAT_AQDEF || w->file->is_complete || b->n == 0 || b->n == b->room)
        return;
    uint64_t last = b->record[b->n - 1];
    while (b->n && b->record[b->n - 1] == last)
        b->n--;
}

static assay_status next_batch(reading *w, assay_err *err)
{
    if (atomic_load(&w->f->is_stopping))
        return ASSAY_STOPPED;
    assay_status status = reader_next(w->r, w->b, err);
    if (status == ASSAY_OK && !know_places(w))
        status = ASSAY_MEMORY;
    if (status == ASSAY_OK)
        hold_last_record(w);
    return status;
}

static assay_status read_rows(reading *w, uint64_t until, assay_err *err)
{
    uint64_t skip = w->state.next.skip;
    bool is_first = true;
    w->begin = w->state.next;
    w->begin.skip = 0;
    w->refused_before = is_read_from_start(w) ? w->state.refused : 0;
    assay_status status = go_to(w->r, &w->state.next, err);
    while (status == ASSAY_OK && (status = next_batch(w, err)) == ASSAY_OK) {
        size_t from = skip < w->b->n ? (size_t)skip : w->b->n;
        skip -= from;
        if (is_first && goes_on_within(w, from) && !send_again(w, until))
            return assay_fail(err, ASSAY_IO, 0, _("cannot read %s again"), w->file->path);
        is_first = is_first && from == w->b->n;
        if (!put_batch(w, from))
            return ASSAY_STOPPED;
        put_refusals(w);
        keep_group(w, from);
        step_behind(w);
        if (w->b->n == 0)
            break;
    }
    return status;
}

/* What the reader warns of concerns the file as a whole; a growing file is not told twice. */
static void tell_warnings(reading *w)
{
    char notes[sizeof w->f->notes];
    reader_tally_t tally;
    buf words = BUF_INIT;
    reader_tally(w->r, &tally);
    for (size_t i = 0; i < tally.warning_count; i++)
        buf_addf(&words, "%s%s: %s", i ? "\n" : "", w->file->name, tally.warnings[i]);
    snprintf(notes, sizeof notes, "%s", buf_text(&words));
    utf8_tidy(notes);
    pthread_mutex_lock(&w->f->lock);
    bool is_new = tally.warning_count && strcmp(w->f->notes, notes) != 0;
    if (is_new)
        memcpy(w->f->notes, notes, sizeof notes);
    pthread_mutex_unlock(&w->f->lock);
    for (size_t i = 0; is_new && i < tally.warning_count; i++)
        folder_log(w->f, "warning", "%s: %s", w->file->name, tally.warnings[i]);
    buf_done(&words);
}

/* All that was read is stored, and the place behind it is known. */
static bool end_reading(reading *w)
{
    w->state.next = w->begin;
    tell_warnings(w);
    return pin_dialect(w) &&
           known_keep(w->f->known, &w->state, folder_parcel(w->f->parcels)) &&
           folder_settle(w->f->parcels);
}

static void say_why(const reading *w, const assay_err *err, buf *why)
{
    reader_tally_t tally = {0};
    if (err->code != ASSAY_OK)
        buf_addf(why, "%s\n%s%s", err->message, err->hint, *err->hint ? "\n" : "");
    if (!w->r)
        return;
    reader_tally(w->r, &tally);
    for (size_t i = 0; i < tally.refusal_count; i++)
        buf_addf(why, "%s: %" PRIu64 ", first at line %" PRIu64 ": found \"%s\", expected %s\n",
                 tally.refusals[i].reason, tally.refusals[i].count, tally.refusals[i].line,
                 tally.refusals[i].found ? tally.refusals[i].found : "", tally.refusals[i].expected);
}

static file_outcome read_file(reading *w, uint64_t until, buf *why)
{
    assay_err err = {0};
    assay_status status = ASSAY_OK;
    w->format = w->f->read.format;
    if (w->format == FORMAT_AUTO)
        status = reader_guess(w->file->path, &w->format, &err);
    if (status == ASSAY_OK)
        status = open_reader(w, until, &w->r, &err);
    if (status == ASSAY_OK && w->format == FORMAT_XLSX) /* one that grew has other bytes from its start */
        find_state(w, reader_content(w->r), reader_size(w->r));
    if (status == ASSAY_OK)
        status = batch_new(batch_rows, all_contexts, &w->b, &err);
    if (status == ASSAY_OK) {
        tell_guess(w);
        status = read_rows(w, until, &err);
    }
    if (status == ASSAY_STOPPED || status == ASSAY_MEMORY)
        return FILE_STOPPED;
    bool is_bad = status != ASSAY_OK || (!w->state.rows && w->refused);
    if (is_bad && !w->rows && !w->file->is_complete) {
        folder_drop(w->f->parcels);
        return FILE_WAITS;
    }
    if (is_bad)
        say_why(w, &err, why);
    if (status != ASSAY_OK)
        parcel_refuse(folder_parcel(w->f->parcels), "unreadable-file", remedy_file, 1,
                      buf_text(why), why->length);
    if (is_bad && !w->rows)
        return folder_settle(w->f->parcels) ? FILE_REFUSED : FILE_STOPPED;
    if (!end_reading(w))
        return FILE_STOPPED;
    return status == ASSAY_OK ? FILE_READ : FILE_REFUSED; /* good rows, then something unreadable */
}

file_outcome folder_read(folder *f, const folder_file *file, buf *why)
{
    reading w = {.f = f, .file = file};
    uint64_t size = (uint64_t)file->about.st_size;
    bool waits = is_whole(&w) && !file->is_complete;
    uint64_t until = waits ? 0 : file->is_complete ? size : whole_lines(file->path, size);
    if (!until)
        return size || !file->is_complete ? FILE_WAITS : FILE_READ;
    int text = open(file->path, O_RDONLY | O_CLOEXEC);
    find_state(&w, text, size);
    if (text >= 0)
        close(text);
    file_outcome outcome = FILE_READ;
    if (until > w.state.next.offset || w.state.next.skip || !w.is_known)
        outcome = read_file(&w, until, why);
    batch_free(w.b);
    reader_close(w.r);
    free(w.places);
    return outcome;
}
